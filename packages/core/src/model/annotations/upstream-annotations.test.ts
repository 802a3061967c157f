import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { Upstream } from '../upstream.ts';
import { annotatedIngress, servedIngresses } from '../../testing/served-ingresses.ts';

function settled(annotations: Readonly<Record<string, string>>, ...objects: readonly object[]) {
  const served = servedIngresses(annotatedIngress('x', annotations), ...objects);
  const upstream = served.build().model.upstreams.find(({ id }) => id === 'default/a:80');
  const codes = served.findings().map((finding) => finding.slice(0, 7));
  return {
    upstream,
    codes,
    policies: served.policies('x.test').filter(({ from }) => from.object.kind === 'Ingress'),
    ask: () => served.ask({ url: 'http://x.test/' }),
  };
}

describe('time limits and tries', () => {
  test('become policies', () => {
    const { policies, codes } = settled({
      'proxy-connect-timeout': '2',
      'proxy-send-timeout': '4',
      'proxy-next-upstream': 'error http_503 non_idempotent',
      'proxy-next-upstream-tries': '5',
      'proxy-next-upstream-timeout': '7',
    });
    expect(policies).toMatchObject([
      { kind: 'next-upstream', on: ['error', 'http_503'], nonIdempotent: true, tries: 5, timeoutMs: 7000 },
      { kind: 'upstream-timeouts', connectMs: 2000, sendMs: 4000 },
    ]);
    expect(codes).toEqual([]);
  });

  test('off means never', () => {
    expect(settled({ 'proxy-next-upstream': 'off error' }).policies).toMatchObject([{ on: [], tries: 3, timeoutMs: 0 }]);
  });

  test.each([
    ['proxy-connect-timeout', '-5'],
    ['proxy-read-timeout', '0'],
    ['proxy-read-timeout', '1s'],
    ['proxy-send-timeout', '99999999999'],
    ['proxy-next-upstream', 'always'],
    ['proxy-next-upstream-tries', '-1'],
    ['proxy-next-upstream-timeout', 'soon'],
  ])('%s: %s counts as absent', (key, value) => {
    expect(settled({ [key]: value })).toMatchObject({ policies: [], codes: ['SLU1504'] });
  });
});

describe('balancing', () => {
  test.each<[Readonly<Record<string, string>>, Partial<Upstream>['balancing'] | object | undefined]>([
    [{}, undefined],
    [{ 'load-balance': 'ewma' }, { kind: 'ewma' }],
    [{ 'load-balance': 'chash' }, { kind: 'round-robin' }],
    [
      { 'load-balance': 'ewma', 'upstream-hash-by': 'x-$request_uri' },
      { kind: 'hash', key: ['x-', { variable: 'request_uri' }] },
    ],
    [
      { 'upstream-hash-by': '$host', 'upstream-hash-by-subset': 'true' },
      { kind: 'hash', subsetSize: 3 },
    ],
    [
      { 'upstream-hash-by': '$host', 'upstream-hash-by-subset': 'true', 'upstream-hash-by-subset-size': '2' },
      { kind: 'hash', subsetSize: 2 },
    ],
  ])('%o', (annotations, balancing) => {
    const found = settled(annotations).upstream?.balancing;
    if (balancing === undefined) expect(found).toBeUndefined();
    else expect(found).toMatchObject(balancing);
  });

  test.each([{ 'load-balance': 'least_conn' }, { 'upstream-hash-by': '$host;' }, { 'upstream-hash-by-subset': 'maybe' }])(
    '%o drops the Ingress',
    (annotations) => {
      expect(settled(annotations).ask()).toMatchObject({ status: 404 });
    },
  );

  test('is that of the oldest Ingress; a younger one that says something else is told', () => {
    const younger = annotatedIngress('younger', { 'load-balance': 'ewma' });
    const { upstream, codes } = settled({ 'upstream-hash-by': '$host' }, withTime(younger, '2026-03-01T00:00:00Z'));
    expect(upstream?.balancing?.kind).toBe('hash');
    expect(codes).toEqual(['SLU1523']);
  });

  test('by cluster IP, where there is one', () => {
    const service = (clusterIP: string) => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'a' },
      spec: { clusterIP, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
    });
    const addresses = (clusterIP: string) =>
      settled({ 'service-upstream': 'true' }, service(clusterIP)).upstream?.endpoints.map(
        (endpoint) => endpoint.kind === 'address' && `${endpoint.address} ${endpoint.port}`,
      );
    expect([addresses('10.0.0.9'), addresses('None')]).toEqual([['10.0.0.9 80'], ['127.0.0.1 8080']]);
  });
});

function withTime(ingress: object, creationTimestamp: string): object {
  return { ...ingress, metadata: { ...(ingress as { metadata: object }).metadata, creationTimestamp } };
}

describe('affinity', () => {
  test('has a cookie with defaults, which the paths of the Ingress give', () => {
    const { upstream, policies } = settled({ affinity: 'cookie' });
    expect(upstream?.affinity).toMatchObject({
      mode: 'balanced',
      changeOnFailure: false,
      cookie: { name: 'INGRESSCOOKIE', secure: false },
    });
    expect(policies).toMatchObject([{ kind: 'session-cookie', path: '/' }]);
  });

  test('of a younger Ingress counts when no older one has any', () => {
    const younger = withTime(annotatedIngress('younger', { affinity: 'cookie' }), '2026-03-01T00:00:00Z');
    const { upstream, policies } = settled({}, younger);
    expect(upstream?.affinity).toBeDefined();
    expect(policies).toEqual([]);
  });

  test.each([
    ['affinity', 'header', undefined],
    ['session-cookie-name', 'a b;c', { name: 'INGRESSCOOKIE' }],
    ['session-cookie-max-age', 'long', { secure: false }],
    ['session-cookie-samesite', 'sometimes', { secure: false }],
  ])('%s: %s counts as absent', (key, value, cookie) => {
    const { upstream, codes } = settled({ affinity: 'cookie', [key]: value });
    if (cookie === undefined) expect(upstream?.affinity).toBeUndefined();
    else expect(upstream?.affinity?.cookie).toMatchObject(cookie);
    expect(codes).toEqual(['SLU1504']);
  });

  test('options alone have no effect', () => {
    expect(settled({ 'session-cookie-name': 'x' })).toMatchObject({ policies: [], codes: ['SLU1524'] });
  });
});

describe('the protocol of backends', () => {
  test.each([
    ['HTTP', []],
    ['https', [{ kind: 'backend-protocol', protocol: 'https' }]],
    ['AUTO_HTTP', [{ kind: 'backend-protocol', protocol: 'as-client' }]],
  ])('%s', (protocol, policies) => {
    expect(settled({ 'backend-protocol': protocol }).policies).toMatchObject(policies);
  });

  test.each(['GRPC', 'GRPCS', 'FCGI'])('%s is refused and reported', (protocol) => {
    const { ask, codes } = settled({ 'backend-protocol': protocol });
    expect([ask()?.status, codes]).toEqual([503, ['SLU1506']]);
  });

  test('an unknown one counts as absent', () => {
    expect(settled({ 'backend-protocol': 'SPDY' })).toMatchObject({ policies: [], codes: ['SLU1504'] });
  });
});

describe('TLS to backends', () => {
  const subject = ['-subj', '/CN=backend.test', '-addext', 'subjectAltName=DNS:backend.test'];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30'];
  const pem = execFileSync('openssl', ['req', '-x509', ...curve, '-keyout', '-', '-out', '-', ...subject], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const at = pem.indexOf('-----BEGIN CERTIFICATE');
  const [key, certificate] = [pem.slice(0, at), pem.slice(at)];
  const secret = (stringData: Readonly<Record<string, string>>) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's' },
    stringData,
  });

  test('has the settings of the Secret and the annotations', () => {
    const { policies } = settled(
      {
        'proxy-ssl-secret': 'default/s',
        'proxy-ssl-verify': 'on',
        'proxy-ssl-name': 'backend.test',
        'proxy-ssl-server-name': 'on',
        'proxy-ssl-verify-depth': '0',
        'proxy-ssl-protocols': 'TLSv1.2 TLSv1.3',
        'proxy-ssl-ciphers': 'HIGH:!aNULL',
      },
      secret({ 'tls.crt': certificate, 'tls.key': key, 'ca.crt': certificate }),
    );
    expect(policies).toMatchObject([
      {
        tls: {
          verify: true,
          verifyDepth: 1,
          name: 'backend.test',
          sendServerName: true,
          protocols: ['TLSv1.2', 'TLSv1.3'],
          ciphers: 'HIGH:!aNULL',
        },
      },
    ]);
    expect(JSON.stringify(policies)).not.toContain('PRIVATE KEY');
  });

  test('another key is another connection', () => {
    const id = (tls: Readonly<Record<string, string>>) => settled({ 'proxy-ssl-secret': 'default/s' }, secret(tls)).policies;
    expect(id({ 'tls.crt': certificate, 'tls.key': key })).not.toEqual(id({ 'ca.crt': certificate }));
  });

  test.each([
    ['a missing Secret', 'default/s', undefined],
    ['a Secret of another namespace', 'other/s', {}],
    ['no namespace', 's', {}],
    ['a Secret without certificates', 'default/s', { other: 'x' }],
    ['nonsense', 'default/s', { 'ca.crt': 'nonsense' }],
  ])('%s: the paths answer 503', (_what, name, data) => {
    const { ask, codes } = settled({ 'proxy-ssl-secret': name }, ...(data === undefined ? [] : [secret(data)]));
    expect([ask()?.status, codes]).toEqual([503, ['SLU1506']]);
  });

  test('options without a Secret have no effect; verification without a name is reported', () => {
    expect(settled({ 'proxy-ssl-verify': 'on' })).toMatchObject({ policies: [], codes: ['SLU1524'] });
    expect(settled({ 'proxy-ssl-secret': 'default/s', 'proxy-ssl-verify': 'on' }, secret({ 'ca.crt': certificate })).codes).toEqual([
      'SLU1524',
    ]);
  });
});
