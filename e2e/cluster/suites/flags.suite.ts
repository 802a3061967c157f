import { expect, test } from 'vitest';
import { get } from '../../raw-request.ts';
import { RunningSluice, listenFlags } from '../../running-sluice.ts';
import { untilTrue } from '../../until.ts';
import { LONG_MS, untilAnswer } from '../lab.ts';
import type { Lab } from '../lab.ts';
import { onEachBackend } from '../on-each-backend.ts';

/** The flags that every test has. */
const common = (lab: Lab): Readonly<Record<string, string>> => ({
  '--kubeconfig': lab.kubeconfig('direct'),
  '--watch-namespace': lab.name,
  '--election-id': 'sluice-leader',
  '--ingress-class': lab.name,
  '--controller-class': lab.controllerClass,
});

function started(lab: Lab, flags: Readonly<Record<string, string>>): Promise<RunningSluice> {
  const own = ['--backend', lab.backend, '--data', lab.folder.at('data-flags')];
  return RunningSluice.listening([...own, ...listenFlags, ...Object.entries({ ...common(lab), ...flags }).flat()], {
    env: { POD_NAMESPACE: lab.name, POD_NAME: 'flags' },
  });
}

onEachBackend('the flags of ingress-nginx', ({ lab }) => {
  test('are enough to run: the API server is reached as the kubeconfig says', async () => {
    const web = await lab().upstream('web');
    await lab().serve('web', [web.place]);
    await lab().route('shop.test');
    const running = await started(lab(), { '--publish-status-address': '203.0.113.10' });
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

  test('--configmap: what it says is served at once, and told where it has no effect', async () => {
    const settings = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: lab().name, name: 'settings' } };
    const web = await lab().upstream('web');
    await lab().serve('web', [web.place]);
    await lab().route('shop.test');
    await lab().api.apply({ ...settings, data: { 'enable-syslog': 'true' } });
    const running = await started(lab(), { '--configmap': `${lab().name}/settings` });
    try {
      await running.ready(LONG_MS);
      await untilAnswer(running, 'shop.test', 'web');
      expect(await running.findings()).toContain(`SLU1601 ConfigMap ${lab().name}/settings data[enable-syslog]`);
      await lab().api.apply({ ...settings, data: { 'denylist-source-range': '0.0.0.0/0,::/0' } });
      await untilAnswer(running, 'shop.test', 'status 403');
      await lab().api.apply({ ...settings, data: {} });
      await untilAnswer(running, 'shop.test', 'web');
    } finally {
      await running.kill();
    }
  });

  test('--configmap: another ConfigMap that it names is read too, and followed in a namespace that is not watched', async () => {
    const elsewhere = await lab().namespace('sent');
    const settings = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: lab().name, name: 'settings' } };
    const sent = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: elsewhere, name: 'sent' } };
    const web = await lab().upstream('web');
    await lab().serve('web', [web.place]);
    await lab().route('shop.test');
    await lab().api.apply({ ...settings, data: {} });
    const running = await started(lab(), { '--configmap': `${lab().name}/settings` });
    const shown = async (): Promise<unknown> => (await get({ port: running.ports.http }, 'shop.test')).headers.get('x-sent');
    try {
      await running.ready(LONG_MS);
      await untilAnswer(running, 'shop.test', 'web');
      await lab().api.apply({ ...settings, data: { 'add-headers': `${elsewhere}/sent` } });
      await untilTrue(
        'a finding',
        async () => (await running.findings()).some((finding) => finding.endsWith('data[add-headers]')),
        LONG_MS,
      );
      for (const value of ['one', 'two']) {
        await lab().api.apply({ ...sent, data: { 'X-Sent': value } });
        await untilTrue(`the header ${value}`, async () => (await shown()) === value, LONG_MS);
      }
      await lab().api.delete({ kind: 'ConfigMap', namespace: elsewhere, name: 'sent' });
      await untilTrue('no header', async () => (await shown()) === undefined, LONG_MS);
    } finally {
      await running.kill();
    }
  });
});
