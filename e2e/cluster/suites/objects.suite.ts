import { beforeAll, expect, test } from 'vitest';
import { certificateFor, fingerprintOf, servedFingerprint } from '../../certificates.ts';
import type { KeyPair } from '../../certificates.ts';
import { get } from '../../raw-request.ts';
import type { RunningSluice } from '../../running-sluice.ts';
import { untilTrue } from '../../until.ts';
import { LONG_MS, answerOf, untilAnswer } from '../lab.ts';
import type { NamedUpstream } from '../named-upstream.ts';
import { endpointSlice, ingressClass, service, tlsSecret } from '../objects.ts';
import { onEachBackend } from '../on-each-backend.ts';

onEachBackend('objects of the cluster', ({ lab }) => {
  let sluice: RunningSluice;
  let web: NamedUpstream;
  let other: NamedUpstream;
  let certificate: KeyPair;

  beforeAll(async () => {
    web = await lab().upstream('web');
    other = await lab().upstream('other');
    await lab().serve('web', [web.place]);
    await lab().serve('other', [other.place]);
    certificate = await certificateFor('secure.test');
    await lab().api.apply(tlsSecret(lab().name, 'secure', certificate));
    await lab().route('first.test');
    await lab().route('secure.test', { secretName: 'secure' });
    sluice = await lab().start();
  });

  test('what is there at the start is served once it is ready', async () => {
    expect(await answerOf(sluice, 'first.test')).toBe('web');
    expect(await answerOf(sluice, 'nobody.test')).toBe('status 404');
    expect((await get(sluice.https('secure.test'), 'secure.test')).body).toBe('web');
    expect(await servedFingerprint(sluice.ports.https, 'secure.test')).toBe(fingerprintOf(certificate));
    expect(lab().gate.count('list', 'ingresses')).toBe(1);
    expect(await lab().findings(sluice)).toEqual([]);
  });

  test('an Ingress comes, changes and goes', async () => {
    await lab().route('shop.test');
    await untilAnswer(sluice, 'shop.test', 'web');
    await lab().route('shop.test', { serviceName: 'other' });
    await untilAnswer(sluice, 'shop.test', 'other');
    await lab().api.delete(lab().ingressRef('shop.test'));
    await untilAnswer(sluice, 'shop.test', 'status 404');
  });

  test('a Service comes, changes and goes', async () => {
    await lab().route('late.test', { serviceName: 'late' });
    await untilAnswer(sluice, 'late.test', 'status 503');
    await lab().serve('late', [web.place]);
    await untilAnswer(sluice, 'late.test', 'web');
    const ref = { kind: 'Service', namespace: lab().name, name: 'late' };
    await lab().api.apply(service(lab().name, 'late', 81));
    await untilAnswer(sluice, 'late.test', 'status 503');
    await lab().serve('late', [web.place]);
    await untilAnswer(sluice, 'late.test', 'web');
    await lab().api.delete(ref);
    await untilAnswer(sluice, 'late.test', 'status 503');
  });

  test('endpoints become ready, change and go', async () => {
    const slice = (...places: Parameters<typeof endpointSlice>[2]): Promise<unknown> =>
      lab().api.apply(endpointSlice(lab().name, 'moving', places));
    await lab().serve('moving', [{ ...web.place, ready: false }]);
    await lab().route('moving.test', { serviceName: 'moving' });
    await untilAnswer(sluice, 'moving.test', 'status 503');
    await slice({ ...web.place, ready: true });
    await untilAnswer(sluice, 'moving.test', 'web');
    await slice(other.place);
    await untilAnswer(sluice, 'moving.test', 'other');
    await slice();
    await untilAnswer(sluice, 'moving.test', 'status 503');
    await slice(web.place);
    await untilAnswer(sluice, 'moving.test', 'web');
    await lab().api.delete({ kind: 'EndpointSlice', namespace: lab().name, name: 'moving-1' });
    await untilAnswer(sluice, 'moving.test', 'status 503');
  });

  test('an IngressClass goes and comes back, and an Ingress changes its class', async () => {
    const { api, name, controllerClass } = lab();
    await lab().route('class.test');
    await untilAnswer(sluice, 'class.test', 'web');
    const stranger = `${name}-other`;
    await api.apply(ingressClass(stranger, 'sluice.test/somebody-else'));
    await lab().route('class.test', { className: stranger });
    await untilAnswer(sluice, 'class.test', 'status 404');
    // The controller of a class cannot be changed: it is another class with the same name.
    await api.delete({ kind: 'IngressClass', name: stranger });
    await api.apply(ingressClass(stranger, controllerClass));
    await untilAnswer(sluice, 'class.test', 'web');
    await api.delete({ kind: 'IngressClass', name: stranger });
    await untilAnswer(sluice, 'class.test', 'status 404');
    await lab().route('class.test');
    await untilAnswer(sluice, 'class.test', 'web');
  });

  test('a Secret comes, is rotated and goes', async () => {
    const served = (pair: Parameters<typeof fingerprintOf>[0]): Promise<void> =>
      untilTrue('the certificate', async () => (await servedFingerprint(sluice.ports.https, 'tls.test')) === fingerprintOf(pair), LONG_MS);
    const [first, second] = [await certificateFor('tls.test'), await certificateFor('tls.test')];
    await lab().route('tls.test', { secretName: 'tls' });
    await sluice.routes('tls.test');
    await lab().api.apply(tlsSecret(lab().name, 'tls', first));
    await served(first);
    await lab().api.apply(tlsSecret(lab().name, 'tls', second));
    await served(second);
    await lab().api.delete({ kind: 'Secret', namespace: lab().name, name: 'tls' });
    await untilTrue(
      'another certificate',
      async () => (await servedFingerprint(sluice.ports.https, 'tls.test')) !== fingerprintOf(second),
      LONG_MS,
    );
    await lab().api.apply(tlsSecret(lab().name, 'tls', second));
    await served(second);
  });

  test('nothing of this took a second list of anything', () => {
    for (const resource of ['ingresses', 'services', 'endpointslices', 'ingressclasses', 'secrets'])
      expect.soft([resource, lab().gate.count('list', resource)]).toEqual([resource, 1]);
  });
});
