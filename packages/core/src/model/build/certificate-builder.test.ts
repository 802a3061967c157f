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

const isAboutCertificates = (code: string): boolean => code.startsWith('SLU14');

test('what becomes of a certificate with time is told without any change of an object', () => {
  const store = new SnapshotStore();
  store.change([...serviceObjects('a'), annotatedIngress('plain', {}), secret].map((object) => ({ kind: 'put', object })));
  let nowMs = Date.now();
  const builder = new ModelBuilder({ ...defaultModelOptions, defaultCertificate: 'tls/standard' }, () => nowMs);
  const told = (): readonly string[] =>
    builder
      .build(store.snapshot())
      .diagnostics.filter(({ code }) => isAboutCertificates(code))
      .map(({ code, message }) => `${code} ${message.split(' at ')[0] ?? ''}`);
  const DAY_MS = 86_400_000;
  expect(told()).toEqual([]);
  nowMs += 356 * DAY_MS;
  expect(told()).toEqual(['SLU1404 the certificate expires']);
  nowMs += 10 * DAY_MS;
  expect(told()).toEqual(['SLU1404 the certificate expired']);
  nowMs -= 1000 * DAY_MS;
  expect(told()).toEqual([expect.stringMatching(/^SLU1404 the certificate is not valid before /)]);
});

test('a Secret that turns bad keeps what it held, until it is gone', () => {
  const store = new SnapshotStore();
  const put = (object: object): void => store.change([{ kind: 'put', object }]);
  const builder = new ModelBuilder({ ...defaultModelOptions, defaultCertificate: 'tls/standard' });
  const state = () => {
    const { model, diagnostics } = builder.build(store.snapshot());
    return [model.certificates.length, ...diagnostics.map(({ code }) => code).filter(isAboutCertificates)];
  };
  for (const object of [...serviceObjects('a'), annotatedIngress('plain', {}), secret]) put(object);
  expect(state()).toEqual([1]);
  put({ ...secret, data: { 'tls.crt': '', 'tls.key': '' } });
  expect(state()).toEqual([1, 'SLU1402']);
  store.change([{ kind: 'delete', ref: { kind: 'Secret', namespace: 'tls', name: 'standard' } }]);
  expect(state()).toEqual([0, 'SLU1401']);
  put({ ...secret, data: { 'tls.crt': '', 'tls.key': '' } });
  expect(state()).toEqual([0, 'SLU1402']);
});

test('a certificate whose dates cannot be read is told, and holds up nobody', () => {
  const { data, ...rest } = secret as { readonly data: Readonly<Record<string, string>> };
  const der = Buffer.from(
    Buffer.from(data['tls.crt'] ?? '', 'base64')
      .toString()
      .replace(/-----.*-----|\s/g, ''),
    'base64',
  );
  // The month of its end: UTCTime, YYMMDDhhmmssZ (RFC 5280 section 4.1.2.5.1).
  const dates = [...der.toString('latin1').matchAll(/\d{12}Z/g)];
  der.write('13', (dates.at(-1)?.index ?? 0) + 2, 'latin1');
  const pem = `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`;
  const { shown, found } = build('tls/standard', { ...rest, data: { ...data, 'tls.crt': Buffer.from(pem).toString('base64') } });
  expect(dates).toHaveLength(2);
  expect(shown).toMatchObject({ 'plain.test': undefined });
  expect(found).toEqual(['SLU1402 tls/standard']);
});
