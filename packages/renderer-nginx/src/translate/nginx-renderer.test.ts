import { ModelBuilder, SnapshotStore, defaultModelOptions } from '@sluice/core';
import type { RoutingModel } from '@sluice/core';
import { describe, expect, test } from 'vitest';
import type { NginxTable } from '../render/nginx-table.ts';
import { testDeployment, withoutLua } from '../testing/test-deployment.ts';
import { NginxRenderer } from './nginx-renderer.ts';
import type { Deployment } from './surroundings.ts';

type Objects = readonly Parameters<SnapshotStore['change']>[0][number][];
const put = (object: object): Objects[number] => ({ kind: 'put', object });

/** An Ingress with a Service and an endpoint, under a name that is host and Service too. */
function application(name: string, address = '10.0.0.1', annotations = {}): Objects {
  const metadata = { name, namespace: 'shop' };
  const backend = { service: { name, port: { number: 80 } } };
  const http = { paths: [{ path: '/', pathType: 'Prefix', backend }] };
  const labels = { 'kubernetes.io/service-name': name };
  return [
    put({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { ...metadata, annotations },
      spec: { ingressClassName: 'nginx', rules: [{ host: `${name}.test`, http }] },
    }),
    put({ apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ port: 80 }] } }),
    put({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { ...metadata, labels },
      addressType: 'IPv4',
      ports: [{ port: 80 }],
      endpoints: [{ addresses: [address] }],
    }),
  ];
}

/** A cluster that changes, and what nginx would load. */
class Cluster {
  readonly #store = new SnapshotStore();
  readonly #builder = new ModelBuilder(defaultModelOptions);
  readonly renderer: NginxRenderer;

  constructor(as: Deployment = testDeployment) {
    this.renderer = new NginxRenderer(as);
  }

  after(...changes: Objects): { readonly table: NginxTable; readonly text: string; readonly model: RoutingModel } {
    this.#store.change(changes);
    const { model } = this.#builder.build(this.#store.snapshot());
    const artifact = this.renderer.render(this.renderer.translate(model).tree);
    const text = artifact.files().find(({ path }) => path === 'nginx.conf')?.content ?? '';
    return { table: artifact.table as NginxTable, text, model };
  }
}

describe('the configuration of nginx', () => {
  test('is the same for the same objects, in whatever order they come', () => {
    const [one, other] = [new Cluster(), new Cluster()];
    const objects = [...application('a'), ...application('b'), ...application('c')];
    expect(one.after(...objects).table.digest).toBe(other.after(...objects.toReversed()).table.digest);
  });

  test('names the object of each block', () => {
    const { text } = new Cluster().after(...application('web'));
    expect(text).toContain('# web.test: Ingress shop/web spec.rules[0]\n');
    expect(text).toContain('# Ingress shop/web spec.rules[0].http.paths[0]\n');
  });

  test('is translated again for what changed, and stays as it is when endpoints do', () => {
    const cluster = new Cluster();
    const before = cluster.after(...application('a'), ...application('b'));
    const { translatedHosts } = cluster.renderer;
    const moved = cluster.after(...application('a', '10.0.0.2').slice(2));
    expect(cluster.renderer.translatedHosts).toBe(translatedHosts);
    expect(moved.table.digest).toBe(before.table.digest);
    expect(moved.table.live?.digest).not.toBe(before.table.live?.digest);
    cluster.after(...application('c'));
    expect(cluster.renderer.translatedHosts).toBe(translatedHosts + 1);
  });

  test('has endpoints in it without Lua, and translates the hosts that name them', () => {
    const cluster = new Cluster(withoutLua);
    expect(cluster.after(...application('a'), ...application('b')).text).toContain('server 10.0.0.1:80');
    const { translatedHosts } = cluster.renderer;
    expect(cluster.after(...application('a', '10.0.0.2').slice(2)).text).toContain('server 10.0.0.2:80');
    expect(cluster.renderer.translatedHosts).toBe(translatedHosts + 1);
  });
});

test.each([
  ['with Lua', testDeployment],
  ['without Lua', withoutLua],
])('pages of errors are asked for without TLS, whatever the route speaks (%s)', (_, as) => {
  const prefix = 'nginx.ingress.kubernetes.io/';
  const paged = { [`${prefix}custom-http-errors`]: '404', [`${prefix}default-backend`]: 'pages', [`${prefix}backend-protocol`]: 'HTTPS' };
  const { text } = new Cluster(as).after(...application('pages'), ...application('one', '10.0.0.2', paged));
  const own = text.slice(text.indexOf('server_name one.test'));
  const page = own.slice(own.indexOf('location @page_'));
  expect(own).toMatch(/proxy_pass https:/);
  expect(/proxy_pass \S+:/.exec(page)?.[0]).toBe('proxy_pass http:');
});

describe('many hosts that are alike', () => {
  const names = Array.from({ length: 120 }, (_, index) => `app-${index}`);
  const servers = (text: string): number => text.split('\n').filter((line) => line === '  server {').length;

  test('share a server, and a map tells their Services apart', () => {
    const { text } = new Cluster().after(...names.flatMap((name) => application(name)));
    // The default server and that of the control socket.
    expect(servers(text)).toBe(3);
    for (const name of names) expect(text).toContain(`server_name ${name}.test;`);
    expect(text).toMatch(/app-7\.test shop\/app-7:80;/);
  });

  test('that become few have servers of their own again, and share again when there are more', () => {
    const cluster = new Cluster();
    const all = cluster.after(...names.flatMap((name) => application(name))).text;
    const gone: Objects = names.slice(50).map((name) => ({ kind: 'delete', ref: { kind: 'Ingress', namespace: 'shop', name } }));
    const few = cluster.after(...gone).text;
    expect(servers(few)).toBe(52);
    expect(few).toBe(new Cluster().after(...names.flatMap((name) => application(name)), ...gone).text);
    expect(cluster.after(...names.flatMap((name) => application(name))).text).toBe(all);
  });

  test('those that differ have one of their own', () => {
    const own = application('own', '10.0.0.1', { 'nginx.ingress.kubernetes.io/proxy-body-size': '2m' });
    expect(servers(new Cluster().after(...names.flatMap((name) => application(name)), ...own).text)).toBe(4);
  });

  test('one more is a chunk more, so that the reason of a reload is its name', () => {
    const cluster = new Cluster();
    const labels = ({ table }: ReturnType<Cluster['after']>): ReadonlyMap<string, string> =>
      new Map(
        table.chunks
          .filter(({ derived, text }) => derived === undefined && !text.includes(table.digest))
          .map((chunk) => [chunk.label, chunk.digest]),
      );
    const before = labels(cluster.after(...names.flatMap((name) => application(name))));
    const changed = [...labels(cluster.after(...application('more')))].filter(([label, digest]) => before.get(label) !== digest);
    expect(changed.map(([label]) => label)).toEqual(['host more.test']);
  });
});
