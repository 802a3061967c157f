import { expect, test } from 'vitest';
import { certificateFor, fingerprintOf, servedFingerprint } from '../../certificates.ts';
import { until, untilTrue } from '../../until.ts';
import { LONG_MS, untilAnswer } from '../lab.ts';
import { tlsSecret } from '../objects.ts';
import { onEachBackend } from '../on-each-backend.ts';
import { accountObjects, shippedRights, without } from '../shipped-rights.ts';

onEachBackend(
  'an account without a right to Secrets',
  ({ lab }) => {
    test('is told which one, serves the rest, and all when it is granted', async () => {
      const pair = await certificateFor('tls.test');
      const web = await lab().upstream('web');
      await lab().serve('web', [web.place]);
      await lab().api.apply(tlsSecret(lab().name, 'tls', pair));
      await lab().route('plain.test');
      await lab().route('tls.test', { secretName: 'tls' });
      const sluice = await lab().start();
      await untilAnswer(sluice, 'plain.test', 'web');
      const denied = await until(
        'the diagnostic',
        async () => (await sluice.diagnostics()).find(({ code }) => code === 'SLU1009'),
        LONG_MS,
      );
      expect(denied).toMatchObject({ severity: 'error', object: { kind: 'Secret' } });
      expect(denied.message).toMatch(/\b(get|list|watch)\b.*\bsecrets\b/);
      await lab().route('later.test');
      await untilAnswer(sluice, 'later.test', 'web');

      await lab().api.apply(...accountObjects(lab().name, lab().name, shippedRights()));
      await untilTrue(
        'the certificate',
        async () => (await servedFingerprint(sluice.ports.https, 'tls.test')) === fingerprintOf(pair),
        LONG_MS,
      );
      await untilTrue(
        'no diagnostic',
        async () => !(await lab().findings(sluice)).some((finding) => finding.startsWith('SLU1009')),
        LONG_MS,
      );
    });
  },
  { rights: without('secrets', shippedRights()) },
);

onEachBackend('an account that loses a right', ({ lab }) => {
  test('goes on with what it knew', async () => {
    const web = await lab().upstream('web');
    await lab().serve('web', [web.place]);
    await lab().route('shop.test');
    const sluice = await lab().start();
    await lab().api.apply(...accountObjects(lab().name, lab().name, without('endpointslices', shippedRights())));
    // A watch that is open goes on with the rights that it began with.
    await untilTrue(
      'the diagnostic',
      async () => {
        lab().gate.cutWatches();
        return (await lab().findings(sluice)).some((finding) => finding.startsWith('SLU1009 EndpointSlice'));
      },
      LONG_MS,
    );
    await untilAnswer(sluice, 'shop.test', 'web');
    await lab().route('later.test');
    await untilAnswer(sluice, 'later.test', 'web');
  });
});
