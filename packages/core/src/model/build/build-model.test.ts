import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import { routedRequest } from '../../testing/routed-request.ts';
import { evaluate } from '../../evaluate/evaluate.ts';
import { SnapshotStore } from '../../watch/snapshot-store.ts';
import { ModelBuilder } from './build-model.ts';
import { defaultModelOptions } from './model-options.ts';

type Path = readonly [type: 'Exact' | 'Prefix' | 'ImplementationSpecific', path: string, service: string];

const service = (name: string) => [
  { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { ports: [{ name: 'http', port: 80, targetPort: 8080 }] } },
  {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${name}-1`, labels: { 'kubernetes.io/service-name': name } },
    ports: [{ name: 'http', port: 8080 }],
    endpoints: [{ addresses: ['127.0.0.1'] }],
  },
];
const to = (name: string) => ({ service: { name, port: { number: 80 } } });
/** `spec` may also hold the creation time. */
const ingress = (name: string, host: string, paths: readonly Path[], { creationTimestamp, ...spec }: Record<string, unknown> = {}) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name, ...(typeof creationTimestamp === 'string' && { creationTimestamp }) },
  spec: {
    ingressClassName: 'nginx',
    rules: [
      { ...(host && { host }), http: { paths: paths.map(([pathType, path, backend]) => ({ path, pathType, backend: to(backend) })) } },
    ],
    ...spec,
  },
});

function serve(...objects: readonly unknown[]) {
  const store = new SnapshotStore();
  const builder = new ModelBuilder(defaultModelOptions);
  const put = (...more: readonly unknown[]) => store.change(more.map((object) => ({ kind: 'put', object })));
  put(...['a', 'b', 'c'].flatMap(service), ...objects);
  const build = () => builder.build(store.snapshot());
  /** What the recorded answers of the real controller show of an answer. */
  const get = (url: string): string => {
    const { protocol, host } = new URL(url);
    const target = url.slice(`${protocol}//${host}`.length);
    const { verdict } = evaluate(build().model, routedRequest({ secure: protocol === 'https:', host, target }));
    if (verdict.kind === 'forward') return `200 ${verdict.upstream.service}`;
    return verdict.kind === 'redirect' ? `${verdict.status} ${verdict.location}` : String(verdict.status);
  };
  return { builder, store, put, build, get, codes: () => build().diagnostics.map(({ code, object }) => `${code} ${object.name}`) };
}

describe('answers like the real ingress-nginx', () => {
  const { get } = serve(
    ingress('match', 'match.test', [
      ['Prefix', '/', 'c'],
      ['Prefix', '/foo', 'a'],
      ['Prefix', '/foo/bar', 'b'],
      ['Prefix', '/exact', 'b'],
      ['Exact', '/exact', 'a'],
      ['Prefix', '/aaa/bbb/', 'a'],
      ['Prefix', '/Case', 'a'],
    ]),
    ingress('noroot', 'noroot.test', [
      ['Prefix', '/foo', 'a'],
      ['Exact', '/only', 'a'],
      ['Exact', '/dir/', 'b'],
      ['ImplementationSpecific', '/impl', 'c'],
    ]),
    ingress('nohost', '', [['Prefix', '/nohost', 'a']]),
    ingress('wild', '*.wild.test', [['Prefix', '/', 'a']]),
    ingress('wild-one', 'one.wild.test', [['Prefix', '/', 'b']]),
    ingress('first', 'twice.test', [['Prefix', '/', 'a']], { creationTimestamp: '2026-01-01T00:00:00Z' }),
    ingress('second', 'twice.test', [['Prefix', '/', 'b']], { creationTimestamp: '2026-01-01T00:00:00Z' }),
    ingress('tlsmissing', 'tls.test', [['Prefix', '/', 'a']], { tls: [{ hosts: ['tls.test'], secretName: 'absent' }] }),
    ingress('none', 'none.test', [['Prefix', '/', 'missing']]),
  );
  test.each([
    ['http://match.test/', '200 c'],
    ['http://match.test/foo', '200 a'],
    ['http://match.test/foo/', '200 a'],
    ['http://match.test/foobar', '200 c'],
    ['http://match.test/foo/bar', '200 b'],
    ['http://match.test/foo/barx', '200 a'],
    ['http://match.test/exact', '200 a'],
    ['http://match.test/exact/', '200 b'],
    ['http://match.test/aaa/bbb', '301 http://match.test/aaa/bbb/'],
    ['http://match.test/aaa/bbb?q=1', '301 http://match.test/aaa/bbb/?q=1'],
    ['http://match.test/aaa/bbb/c', '200 a'],
    ['http://match.test/aaa/bbbx', '200 c'],
    ['http://match.test/case', '200 c'],
    ['http://match.test//foo//bar', '200 b'],
    ['http://match.test/%66oo', '200 a'],
    ['http://match.test/../x', '400'],
    ['http://noroot.test/', '404'],
    ['http://noroot.test/only/', '404'],
    ['http://noroot.test/dir', '301 http://noroot.test/dir/'],
    ['http://noroot.test/dir/x', '404'],
    ['http://noroot.test/impl/x', '200 c'],
    ['http://noroot.test/implx', '404'],
    ['http://unknown.test/nohost/x', '200 a'],
    ['http://unknown.test/', '404'],
    ['http://unknown.test/healthz', '200'],
    ['http://match.test/healthz', '200 c'],
    ['http://a.wild.test/', '200 a'],
    ['http://one.wild.test/', '200 b'],
    ['http://wild.test/', '404'],
    ['http://a.b.wild.test/', '404'],
    ['http://twice.test/', '200 b'],
    ['http://tls.test/x', '308 https://tls.test/x'],
    ['http://tls.test:8080/x/', '308 https://tls.test/x'],
    ['https://tls.test/x', '200 a'],
    ['http://none.test/', '503'],
  ])('%s: %s', (url, answer) => {
    expect(get(url)).toBe(answer);
  });
});

test('one bad part is left out and reported, everything else is served', () => {
  const bad = ingress('bad', 'bad.test', [['Prefix', '/good', 'a']]);
  bad.spec.rules[0]?.http.paths.push({ path: '/x', pathType: 'Nonsense' as never, backend: to('a') });
  const { get, codes, store } = serve(
    bad,
    ingress('blank', 'my host', [['Prefix', '/', 'a']]),
    ingress('ok', 'ok.test', [['Prefix', '/', 'b']]),
    { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'list' }, spec: { rules: 'none' } },
  );
  expect([get('http://bad.test/good'), get('http://bad.test/x'), get('http://ok.test/')]).toEqual(['200 a', '404', '200 b']);
  expect(codes()).toEqual(expect.arrayContaining(['SLU1203 bad', 'SLU1201 blank']));
  expect(store.diagnostics()).toMatchObject([{ code: 'SLU1002', object: { name: 'list' }, field: 'spec.rules' }]);
});

test('the loser of a conflict is told who won', () => {
  const { codes, get } = serve(
    ingress('old', 'x.test', [['Prefix', '/', 'a']], { creationTimestamp: '2026-01-01T00:00:00Z' }),
    ingress(
      'new',
      'x.test',
      [
        ['Prefix', '/', 'b'],
        ['Prefix', '/b', 'b'],
      ],
      { creationTimestamp: '2026-01-02T00:00:00Z' },
    ),
  );
  expect([get('http://x.test/'), get('http://x.test/b')]).toEqual(['200 a', '200 b']);
  expect(codes()).toContain('SLU1204 new');
});

test('default backends: of an Ingress for its hosts, of a rule-less Ingress for every other host', () => {
  const plain = ingress('plain', 'plain.test', [['Prefix', '/a', 'a']]);
  const { get } = serve(plain, ingress('own', 'own.test', [['Prefix', '/a', 'a']], { defaultBackend: to('b') }), {
    ...ingress('all', '', []),
    spec: { ingressClassName: 'nginx', defaultBackend: to('c') },
  });
  expect([get('http://own.test/a'), get('http://own.test/z'), get('http://other.test/'), get('http://plain.test/z')]).toEqual([
    '200 a',
    '200 b',
    '200 c',
    '404',
  ]);
});

test('one changed EndpointSlice builds one upstream and no host again', () => {
  const many = Array.from({ length: 200 }, (_, index) => [
    ingress(`i${index}`, `h${index}.test`, [['Prefix', '/', `s${index}`]]),
    ...service(`s${index}`),
  ]).flat();
  const { builder, put, build } = serve(...many);
  const before = build().model;
  const [hosts, upstreams] = [builder.builtHosts, builder.builtUpstreams];
  put({ ...(service('s7')[1] as object), endpoints: [{ addresses: ['127.0.0.2'] }] });
  const after = build().model;
  expect([builder.builtHosts - hosts, builder.builtUpstreams - upstreams]).toEqual([0, 1]);
  expect(after.virtualHosts).toBe(before.virtualHosts);
});

describe('certificates', () => {
  const pem = new Map<string, string>();
  beforeAll(() => {
    for (const name of ['tls.test', 'other.test']) {
      const text = execFileSync(
        'openssl',
        [
          'req',
          '-x509',
          '-newkey',
          'ec',
          '-pkeyopt',
          'ec_paramgen_curve:P-256',
          '-nodes',
          '-keyout',
          '-',
          '-out',
          '-',
          '-days',
          '30',
          '-subj',
          `/CN=${name}`,
          '-addext',
          `subjectAltName=DNS:${name}`,
        ],
        { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
      );
      pem.set(`${name} key`, text.slice(0, text.indexOf('-----BEGIN CERTIFICATE')));
      pem.set(`${name} crt`, text.slice(text.indexOf('-----BEGIN CERTIFICATE')));
    }
  });
  const secret = (crt: string, key: string) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'cert' },
    type: 'kubernetes.io/tls',
    stringData: { 'tls.crt': pem.get(crt) ?? crt, 'tls.key': pem.get(key) ?? key },
  });
  const withTls = ingress('tls', 'tls.test', [['Prefix', '/', 'a']], { tls: [{ hosts: ['tls.test'], secretName: 'cert' }] });

  test('a fitting certificate is chosen, and its key is never printed', () => {
    const { model } = serve(secret('tls.test crt', 'tls.test key'), withTls).build();
    expect(model.virtualHosts.find(({ name }) => name === 'tls.test')?.tls?.certificate).toBe('default/cert');
    expect(JSON.stringify(model)).not.toContain('PRIVATE KEY');
  });

  test.each([
    ['a key of another certificate', 'tls.test crt', 'other.test key', 'SLU1402'],
    ['garbage', 'nonsense', 'tls.test key', 'SLU1402'],
    ['another host', 'other.test crt', 'other.test key', 'SLU1403'],
  ])('%s: the default certificate, and %s', (_, crt, key, code) => {
    const built = serve(secret(crt, key), withTls).build();
    expect(built.model.virtualHosts.find(({ name }) => name === 'tls.test')?.tls).toMatchObject({ certificate: undefined });
    expect(built.diagnostics.filter(({ severity }) => severity === 'error')).toMatchObject([{ code }]);
    expect(JSON.stringify(built)).not.toContain('PRIVATE KEY');
  });

  test('an Ingress with a tls section gives TLS to all hosts of its rules; a certificate is found by the names it covers', () => {
    const unlisted = ingress('unlisted', 'tls.test', [['Prefix', '/', 'a']], { tls: [{ hosts: [], secretName: 'cert' }] });
    const bare = ingress('bare', 'bare.test', [['Prefix', '/', 'a']], { tls: [{ hosts: ['elsewhere.test'], secretName: 'cert' }] });
    const { build, get, codes } = serve(secret('tls.test crt', 'tls.test key'), unlisted, bare);
    const tlsOf = (name: string) => build().model.virtualHosts.find((host) => host.name === name)?.tls;
    expect([tlsOf('tls.test')?.certificate, tlsOf('bare.test')?.certificate]).toEqual(['default/cert', undefined]);
    expect([get('http://bare.test/x'), codes().includes('SLU1405 bare')]).toEqual(['308 https://bare.test/x', true]);
  });

  test('the younger Ingress is told who decides; a certificate near its end is reported', () => {
    const young = ingress('young', 'tls.test', [['Prefix', '/b', 'a']], {
      tls: [{ hosts: ['tls.test'] }],
      creationTimestamp: '2026-02-01T00:00:00Z',
    });
    const { store } = serve(secret('tls.test crt', 'tls.test key'), withTls, young);
    const inFourWeeks = new ModelBuilder(defaultModelOptions, () => Date.now() + 28 * 24 * 3600 * 1000).build(store.snapshot());
    const told = inFourWeeks.diagnostics
      .filter(({ severity }) => severity === 'warning')
      .map(({ code, object }) => `${code} ${object.name}`);
    expect(told).toEqual(['SLU1406 young', 'SLU1404 cert']);
  });

  test('a private key inside tls.crt does not get into the model', () => {
    const { model, diagnostics } = serve(secret(`${pem.get('tls.test crt')}${pem.get('tls.test key')}`, 'tls.test key'), withTls).build();
    expect(model.certificates.map(({ id }) => id)).toEqual(['default/cert']);
    expect(JSON.stringify({ model, diagnostics })).not.toContain('PRIVATE KEY');
  });

  test('a path that no rule takes is redirected to https too', () => {
    const { get } = serve(ingress('app', 'app.test', [['Prefix', '/app', 'a']], { tls: [{ hosts: ['app.test'] }] }));
    expect([get('http://app.test/other'), get('https://app.test/other')]).toEqual(['308 https://app.test/other', '404']);
  });
});

test('null stands for an absent field', () => {
  const nulls = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'nulls', namespace: null, creationTimestamp: null, labels: null, annotations: null },
    spec: {
      ingressClassName: 'nginx',
      defaultBackend: null,
      tls: [{ hosts: null, secretName: null }],
      rules: [
        {
          host: null,
          http: {
            paths: [
              { path: null, pathType: 'Prefix', backend: { resource: null, service: { name: 'a', port: { name: null, number: 80 } } } },
            ],
          },
        },
      ],
    },
  };
  const empty = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'empty' }, spec: null };
  const { get, store } = serve(nulls, empty);
  expect([get('http://any.test/'), store.diagnostics()]).toEqual(['200 a', []]);
});

test.each(['localhost', 'LOCALHOST.', 'db.localhost', 'ip6-localhost', '127.0.0.1', '2130706433', '0x7f.1', '::1', '10.1.2.3', '', 'a b'])(
  'the external name %j is refused',
  (externalName) => {
    const named = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'ext' },
      spec: { type: 'ExternalName', externalName, ports: [{ port: 80 }] },
    };
    const { get, codes } = serve(named, ingress('x', 'x.test', [['Prefix', '/', 'ext']]));
    expect([get('http://x.test/'), codes()]).toEqual(['503', expect.arrayContaining(['SLU1305 x'])]);
  },
);

test('an external name is asked on the targetPort', () => {
  const named = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'ext' },
    spec: { type: 'ExternalName', externalName: 'db.example.com.', ports: [{ port: 80, targetPort: 8080 }] },
  };
  const { build } = serve(named, ingress('x', 'x.test', [['Prefix', '/', 'ext']]));
  expect(build().model.upstreams[0]?.endpoints).toMatchObject([{ kind: 'name', name: 'db.example.com.', port: 8080 }]);
});
