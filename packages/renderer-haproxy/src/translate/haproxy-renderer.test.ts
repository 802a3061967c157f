import { ModelBuilder, SnapshotStore, defaultModelOptions } from '@sluice/core';
import type { Translation } from '@sluice/core';
import { describe, expect, test } from 'vitest';
import { haproxyOptions } from '../options.ts';
import type { HaproxyTable } from '../render/haproxy-table.ts';
import type { HaproxyTree } from '../render/haproxy-tree.ts';
import type { Deployment } from './deployment.ts';
import { HaproxyRenderer } from './haproxy-renderer.ts';

const deployment: Deployment = {
  version: '2.6.12',
  http: [{ host: '127.0.0.1', port: 8080 }],
  https: [{ host: '127.0.0.1', port: 8443 }],
  ipv6: false,
  settings: haproxyOptions.parse({ spareBackends: 2 }),
  logsRequests: true,
};

type Objects = readonly Parameters<SnapshotStore['change']>[0][number][];
const put = (object: object): Objects[number] => ({ kind: 'put', object });

interface Application {
  readonly name: string;
  readonly path?: string;
  readonly pathType?: string;
  readonly addresses?: readonly string[];
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An Ingress with a Service and endpoints, under a name that is host and Service too. */
function application({ name, path = '/', pathType = 'Prefix', addresses = ['10.0.0.1'], annotations = {} }: Application): Objects {
  const metadata = { name, namespace: 'shop' };
  const prefixed = Object.entries(annotations).map(([key, value]) => [`nginx.ingress.kubernetes.io/${key}`, value]);
  const http = { paths: [{ path, pathType, backend: { service: { name, port: { number: 80 } } } }] };
  return [
    put({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { ...metadata, annotations: Object.fromEntries(prefixed) },
      spec: { ingressClassName: 'nginx', rules: [{ host: `${name}.test`, http }] },
    }),
    put({ apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ port: 80 }] } }),
    put({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { ...metadata, labels: { 'kubernetes.io/service-name': name } },
      addressType: 'IPv4',
      ports: [{ port: 80 }],
      endpoints: addresses.map((address) => ({ addresses: [address] })),
    }),
  ];
}

/** A cluster that changes, and what HAProxy would load. */
class Cluster {
  readonly #store = new SnapshotStore();
  readonly #builder = new ModelBuilder(defaultModelOptions);
  readonly renderer = new HaproxyRenderer(deployment);

  change(...objects: Objects): { readonly table: HaproxyTable; readonly diagnostics: Translation<HaproxyTree>['diagnostics'] } {
    this.#store.change(objects);
    const { model } = this.#builder.build(this.#store.snapshot());
    const { tree, diagnostics } = this.renderer.translate(model);
    const { table } = this.renderer.render(tree);
    return { table: table as HaproxyTable, diagnostics };
  }
}

const entries = ({ maps }: HaproxyTable, name: string): ReadonlyMap<string, string> =>
  maps.find((map) => map.name === name)?.entries ?? new Map();
const configuration = ({ frame, backends }: HaproxyTable): string => [...frame, ...backends].map(({ text }) => text).join('');

describe('what a change touches', () => {
  test('only the host that changed is translated again', () => {
    const cluster = new Cluster();
    cluster.change(...application({ name: 'a' }), ...application({ name: 'b' }));
    const before = cluster.renderer.translatedHosts;
    cluster.change(...application({ name: 'b', path: '/new' }));
    expect(cluster.renderer.translatedHosts).toBe(before + 1);
  });

  test('another endpoint is another server, and nothing of the frame or of routes', () => {
    const cluster = new Cluster();
    const { table: before } = cluster.change(...application({ name: 'a' }));
    const { table: after } = cluster.change(...application({ name: 'a', addresses: ['10.0.0.1', '10.0.0.2'] }));
    expect(after.frame).toEqual(before.frame);
    for (const map of ['hosts', 'routes', 'records']) expect(entries(after, map)).toEqual(entries(before, map));
    const [backend] = after.backends.filter(({ servers }) => servers.length > 0);
    expect(backend?.servers.map(({ address }) => address)).toEqual(['10.0.0.1:80', '10.0.0.2:80']);
    expect([...entries(after, 'upstreams').values()]).toEqual([`${backend?.name},2,-`]);
  });

  test('another path is another digest of its host: the old routes stay until the name leads to the new ones', () => {
    const cluster = new Cluster();
    const { table: before } = cluster.change(...application({ name: 'a' }));
    const { table: after } = cluster.change(...application({ name: 'a', path: '/new' }));
    const [old, fresh] = [before, after].map((table) => entries(table, 'hosts').get('a.test'));
    expect(fresh).not.toBe(old);
    expect([...entries(after, 'routes').keys()].filter((key) => key.startsWith(`${old}`))).toEqual([]);
    expect(after.frame).toEqual(before.frame);
  });
});

describe('what users write', () => {
  test('is in maps alone, escaped; nothing of it is in the configuration', () => {
    const { table } = new Cluster().change(
      ...application({
        name: 'evil',
        path: '/x"%[env(SECRET)]\u00e9',
        pathType: 'ImplementationSpecific',
        annotations: { 'upstream-vhost': `'; bind :1\n`, 'x-forwarded-prefix': '%[path] "\\', 'rewrite-target': '/%[var(txn.x)]' },
      }),
    );
    expect(configuration(table)).not.toMatch(/SECRET|bind :1\b|x-forwarded-prefix|txn\.x/);
    for (const { entries: all } of table.maps)
      for (const [key, value] of all) {
        expect(key).toMatch(/^[!-~]+$/);
        expect(value).toMatch(/^[A-Za-z0-9_.:/=+*,~@!|%#-]+$/);
      }
  });

  test('a record of 20 KB is in parts that fit into a line of HAProxy', () => {
    const origins = Array.from({ length: 800 }, (_, index) => `https://origin-${index}.example.com`).join(', ');
    const { table } = new Cluster().change(
      ...application({ name: 'a', annotations: { 'enable-cors': 'true', 'cors-allow-origin': origins } }),
    );
    const records = [...entries(table, 'records')];
    expect(Math.max(...records.map(([, value]) => value.length))).toBeLessThanOrEqual(8000);
    const [whole] = records.filter(([, value]) => value.startsWith('#'));
    const count = Number(whole?.[1].slice(1));
    expect(count).toBeGreaterThan(2);
    expect(records.filter(([key]) => key.startsWith(`${whole?.[0]}.`))).toHaveLength(count);
  });

  test('a path that no request of HAProxy can have is told, and hurts no other', () => {
    const cluster = new Cluster();
    const { table, diagnostics } = cluster.change(
      ...application({ name: 'a', path: `/${'x'.repeat(5000)}` }),
      ...application({ name: 'b' }),
    );
    expect(diagnostics.map(({ code, object }) => [code, object.name])).toContainEqual(['SLU1509', 'a']);
    expect(entries(table, 'hosts').has('b.test')).toBe(true);
  });
});

test('every class in use has spare backends', () => {
  const { table } = new Cluster().change(
    ...application({ name: 'a' }),
    ...application({ name: 'b', annotations: { 'backend-protocol': 'HTTPS' } }),
  );
  const classes = new Set(table.backends.filter(({ spare }) => spare === undefined).map((backend) => backend.class));
  expect(classes.size).toBe(2);
  for (const one of classes) expect(table.backends.filter((backend) => backend.spare === true && backend.class === one)).toHaveLength(2);
});
