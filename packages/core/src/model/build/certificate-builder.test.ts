import { beforeAll, expect, test } from 'vitest';
import { createDefaultCertificate } from '../../apply/default-certificate.ts';
import { annotatedIngress, serviceObjects } from '../../testing/served-ingresses.ts';
import { SnapshotStore } from '../../watch/snapshot-store.ts';
import { ModelBuilder } from './build-model.ts';
import { defaultModelOptions } from './model-options.ts';

let secret: object;

beforeAll(async () => {
  const { chain, privateKey } = await createDefaultCertificate();
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'tls', name: 'standard' },
    data: { 'tls.crt': base64(chain), 'tls.key': base64(privateKey.reveal()) },
  };
});

function build(defaultCertificate: string, ...objects: readonly object[]) {
  const store = new SnapshotStore();
  const ingresses = [annotatedIngress('plain', {}), annotatedIngress('secure', {}, { tls: [{ hosts: ['secure.test'] }] })];
  store.change([...serviceObjects('a'), ...ingresses, ...objects].map((object) => ({ kind: 'put', object })));
  const { model, diagnostics } = new ModelBuilder({ ...defaultModelOptions, defaultCertificate }).build(store.snapshot());
  return {
    shown: Object.fromEntries(model.virtualHosts.map(({ name, tls }) => [name, tls?.certificate])),
    redirected: model.virtualHosts.filter(({ routes }) => routes.at(-1)?.policies.some(({ kind }) => kind === 'https-redirect')),
    certificates: model.certificates.map(({ id }) => id),
    found: diagnostics
      .filter(({ severity }) => severity === 'error')
      .map(({ code, object }) => `${code} ${object.namespace}/${object.name}`),
  };
}

test('the default certificate is that of every name without one of its own', () => {
  const { shown, certificates, found, redirected } = build('tls/standard', secret);
  expect(shown).toEqual({ '*': 'tls/standard', 'plain.test': 'tls/standard', 'secure.test': 'tls/standard' });
  expect(certificates).toEqual(['tls/standard']);
  expect(found).toEqual([]);
  expect(redirected.map(({ name }) => name)).toEqual(['secure.test']);
});

test.each(['', 'tls/absent'])('with %j the self-signed certificate stays, and a missing Secret is told', (id) => {
  const { shown, certificates, found } = build(id, secret);
  expect(shown).toEqual({ '*': undefined, 'plain.test': undefined, 'secure.test': undefined });
  expect(certificates).toEqual([]);
  expect(found).toEqual(id === '' ? [] : ['SLU1401 tls/absent']);
});

test('a Secret without a certificate is told', () => {
  const { shown, found } = build('tls/empty', {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'tls', name: 'empty' },
    data: {},
  });
  expect(shown).toMatchObject({ 'plain.test': undefined });
  expect(found).toEqual(['SLU1402 tls/empty']);
});
