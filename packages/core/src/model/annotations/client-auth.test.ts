import { generate } from 'selfsigned';
import { beforeAll, describe, expect, test } from 'vitest';
import { explain } from '../../evaluate/explain.ts';
import { annotatedIngress, servedIngresses } from '../../testing/served-ingresses.ts';

let ca: string;
beforeAll(async () => {
  ca = (await generate([{ name: 'commonName', value: 'ca' }], { keyType: 'ec' })).cert;
});

/** Of the same host, made in this year. */
function madeIn(year: number, name: string, annotations: Readonly<Record<string, string>>): object {
  const metadata: unknown = Reflect.get(withCa(annotations), 'metadata');
  return { ...withCa(annotations), metadata: { ...Object(metadata), name, creationTimestamp: `${year}-01-01T00:00:00Z` } };
}

function hostOf(...ingresses: readonly object[]) {
  const secrets = [
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'ca' }, stringData: { 'ca.crt': ca } },
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'none' }, stringData: { 'ca.crt': 'nothing' } },
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'crl' }, stringData: { 'ca.crt': ca, 'ca.crl': 'nothing' } },
  ];
  const { model, diagnostics } = servedIngresses(...ingresses, ...secrets).build();
  const host = model.virtualHosts.find(({ name }) => name === 'a.test');
  return { host, model, codes: diagnostics.map(({ code }) => code) };
}

const withCa = (annotations: Readonly<Record<string, string>> = {}) =>
  annotatedIngress('a', { 'auth-tls-secret': 'default/ca', 'ssl-redirect': 'false', ...annotations });

describe('client certificates', () => {
  test('reads everything', () => {
    const { host } = hostOf(
      withCa({
        'auth-tls-verify-client': 'optional',
        'auth-tls-verify-depth': '3',
        'auth-tls-error-page': 'https://b.test/help',
        'auth-tls-match-cn': 'CN=a|b',
        'auth-tls-pass-certificate-to-upstream': 'true',
      }),
    );
    expect(host?.clientAuth).toMatchObject({
      kind: 'verify',
      mode: 'optional',
      depth: 3,
      errorPage: 'https://b.test/help',
      subject: 'CN=a|b',
      passCertificate: true,
      authorities: ca.trim(),
    });
  });

  test.each([['ca'], ['other/ca'], ['default/absent'], ['default/none'], ['default/crl'], ['a/b/c']])(
    'the Secret %s cannot be used: the whole host answers 403',
    (secret) => {
      const { host, model, codes } = hostOf(withCa({ 'auth-tls-secret': secret }));
      expect(host?.clientAuth?.kind).toBe('unusable');
      expect(codes).toContain('SLU1506');
      expect(explain(model, { url: 'http://a.test/' })).toMatchObject({ status: 403 });
    },
  );

  test.each([
    [{ 'auth-tls-match-cn': 'client' }],
    [{ 'auth-tls-match-cn': 'CN=(' }],
    [{ 'auth-tls-error-page': 'https://a.test/?x=y' }],
    [{ 'auth-tls-pass-certificate-to-upstream': 'maybe' }],
  ])('%j is not served', (annotations) => expect(hostOf(withCa(annotations)).codes).toContain('SLU1505'));

  test.each([
    [{ 'auth-tls-verify-client': 'always' }, { mode: 'on' }],
    [{ 'auth-tls-verify-depth': '-1' }, { depth: 1 }],
    [{ 'auth-tls-verify-depth': '0' }, { depth: 1 }],
  ])('%j means %j', (annotations, meaning) => expect(hostOf(withCa(annotations)).host?.clientAuth).toMatchObject(meaning));

  test('the oldest Ingress of the host decides, unless one cannot be used', () => {
    const first = madeIn(2020, 'first', {});
    expect(hostOf(madeIn(2021, 'a', { 'auth-tls-verify-client': 'off' }), first).host?.clientAuth).toMatchObject({ mode: 'on' });
    const broken = madeIn(2021, 'a', { 'auth-tls-secret': 'default/absent' });
    expect(hostOf(broken, first).host?.clientAuth).toMatchObject({ kind: 'unusable' });
  });

  test('explain tells what a client without a certificate gets', () => {
    const { model } = hostOf(withCa());
    expect(explain(model, { url: 'https://a.test/' })).toMatchObject({ status: 400 });
    expect(explain(model, { url: 'http://a.test/' })).toMatchObject({ outcome: 'forward' });
  });
});
