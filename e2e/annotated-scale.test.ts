import { ModelBuilder, SnapshotStore, compileRoutes, defaultModelOptions } from '@sluice/core';
import type { RoutedRequest, RoutingModel } from '@sluice/core';
import { expect, test } from 'vitest';
import { endpointSlice, ingress, ingressClass, service } from './manifest.ts';

const COUNT = 10_000;
const CHANGED = 1234;
const PREFIX = 'nginx.ingress.kubernetes.io/';

/** What every second Ingress says, one of these after the other. */
const KINDS: readonly ((index: number) => Readonly<Record<string, string>>)[] = [
  () => ({ 'use-regex': 'true', 'rewrite-target': '/$2', 'proxy-read-timeout': '30' }),
  (index) => ({
    'enable-cors': 'true',
    'cors-allow-origin': `https://app-${index}.example.com`,
    'ssl-redirect': 'false',
    'limit-rps': '50',
  }),
  () => ({ 'limit-connections': '10', 'whitelist-source-range': '10.0.0.0/8,127.0.0.0/8', 'proxy-connect-timeout': '5' }),
  (index) => ({ 'auth-url': `http://127.0.0.1:9/${index}`, 'auth-response-headers': 'X-User', 'proxy-body-size': '8m' }),
  () => ({ 'ssl-redirect': 'false', 'proxy-send-timeout': '20', 'upstream-hash-by': '$request_uri' }),
];

function annotationsOf(index: number): Readonly<Record<string, string>> {
  if (index % 2 === 1) return {};
  const written = KINDS[(index / 2) % KINDS.length]?.(index) ?? {};
  return Object.fromEntries(Object.entries(written).map(([key, value]) => [PREFIX + key, value]));
}

function ingressOf(index: number, more: Readonly<Record<string, string>> = {}): object {
  const name = `app-${index}`;
  const paths = [{ path: index % 10 === 0 ? '/x(/|$)(.*)' : '/', pathType: 'ImplementationSpecific', service: name }];
  return ingress({ name, rules: [{ host: `${name}.test`, paths }], annotations: { ...annotationsOf(index), ...more } });
}

function sliceOf(index: number, addresses: number): object {
  const listed = Array.from({ length: addresses }, (_, at) => ({ addresses: [`10.${at}.${index >> 8}.${index & 255}`] }));
  return { ...endpointSlice(`app-${index}`, { port: 8080 }), endpoints: listed };
}

const application = (index: number): readonly object[] => [service(`app-${index}`), sliceOf(index, 2), ingressOf(index)];

function put(store: SnapshotStore, ...objects: readonly object[]): void {
  store.change(objects.map((object) => ({ kind: 'put', object })));
}

/** The nodes of a model that another does not have. */
function fresh(before: RoutingModel, after: RoutingModel): readonly object[] {
  const known = new Set<object>([...before.virtualHosts, ...before.upstreams]);
  return [...after.virtualHosts, ...after.upstreams].filter((node) => !known.has(node));
}

const request = (host: string, target: string): RoutedRequest => ({
  method: 'GET',
  host,
  target,
  secure: false,
  port: 80,
  httpsPort: 443,
  clientAddress: '127.0.0.1',
  draw: 0,
  requestId: 'r',
  bodyBytes: 0,
  tls: undefined,
  header: () => undefined,
});

test('ten thousand Ingresses, half of them annotated: a first model in seconds, then only what changed', { timeout: 60_000 }, () => {
  const store = new SnapshotStore();
  put(store, ingressClass(), ...Array.from({ length: COUNT }, (_, index) => application(index)).flat());
  const builder = new ModelBuilder(defaultModelOptions);
  const startMs = performance.now();
  const first = builder.build(store.snapshot()).model;
  expect(compileRoutes(first).decide(request('app-10.test', '/x/y'))).toMatchObject({ kind: 'forward', rewritten: { target: '/y' } });
  expect(performance.now() - startMs).toBeLessThan(5000);
  expect(first.upstreams.reduce((sum, { endpoints }) => sum + endpoints.length, 0)).toBe(2 * COUNT);

  const counts = (): readonly number[] => [builder.builtHosts, builder.builtUpstreams];
  const [hosts = 0, upstreams = 0] = counts();
  put(store, sliceOf(CHANGED, 3));
  const second = builder.build(store.snapshot()).model;
  expect(counts()).toEqual([hosts, upstreams + 1]);
  expect(fresh(first, second)).toMatchObject([{ id: `default/app-${CHANGED}:80` }]);

  put(store, ingressOf(CHANGED, { [`${PREFIX}proxy-read-timeout`]: '7' }));
  const third = builder.build(store.snapshot()).model;
  expect(builder.builtHosts).toBe(hosts + 1);
  expect(fresh(second, third)).toContainEqual(expect.objectContaining({ name: `app-${CHANGED}.test` }));
  expect(fresh(second, third).length).toBeLessThanOrEqual(2);
});

test('a host of a thousand patterns is decided in less than a millisecond', () => {
  const store = new SnapshotStore();
  const paths = Array.from({ length: 1000 }, (_, index) => ({
    path: `/api/v${index}/(.*)`,
    pathType: 'ImplementationSpecific',
    service: 'app',
  }));
  const annotations = { [`${PREFIX}use-regex`]: 'true', [`${PREFIX}rewrite-target`]: '/$1' };
  put(
    store,
    ingressClass(),
    service('app'),
    endpointSlice('app', { port: 8080 }),
    ingress({ name: 'app', rules: [{ host: 'app.test', paths }], annotations }),
  );
  const table = compileRoutes(new ModelBuilder(defaultModelOptions).build(store.snapshot()).model);
  expect(table.decide(request('app.test', '/api/v0/last'))).toMatchObject({ rewritten: { target: '/last' } });
  const startMs = performance.now();
  for (let count = 0; count < 100; count++) table.decide(request('app.test', `/other/${count}`));
  expect((performance.now() - startMs) / 100).toBeLessThan(1);
});
