import { expect, test } from 'vitest';
import { RunningSluice, listenFlags } from '../../running-sluice.ts';
import { untilTrue } from '../../until.ts';
import { LONG_MS, untilAnswer } from '../lab.ts';
import { onEachBackend } from '../on-each-backend.ts';

onEachBackend('the flags of ingress-nginx', ({ lab }) => {
  test('are enough to run: the API server is reached as the kubeconfig says', async () => {
    const web = await lab().upstream('web');
    await lab().serve('web', [web.place]);
    await lab().route('shop.test');
    const flags = {
      '--kubeconfig': lab().kubeconfig('direct'),
      '--watch-namespace': lab().name,
      '--election-id': 'sluice-leader',
      '--ingress-class': lab().name,
      '--controller-class': lab().controllerClass,
      '--publish-status-address': '203.0.113.10',
    };
    const own = ['--backend', lab().backend, '--data', lab().folder.at('data-flags')];
    const running = await RunningSluice.listening([...own, ...listenFlags, ...Object.entries(flags).flat()], {
      env: { POD_NAMESPACE: lab().name, POD_NAME: 'flags' },
    });
    try {
      await running.ready(LONG_MS);
      await untilAnswer(running, 'shop.test', 'web');
      await untilTrue(
        'the address',
        async () => JSON.stringify((await lab().api.get(lab().ingressRef('shop.test')))?.['status']).includes('203.0.113.10'),
        LONG_MS,
      );
      expect(lab().gate.passed).toEqual([]);
      expect((await running.stop()).status).toBe(0);
    } finally {
      await running.kill();
    }
  });
});
