import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelBuilder, SnapshotStore, createBackend, defaultModelOptions } from '@sluice/core';
import type { Backend } from '@sluice/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import haproxy from '../index.ts';
import { HaproxyBench, ask, host, never, testedHaproxies, until } from '../testing/haproxy-bench.ts';

const ready = describe.skipIf(testedHaproxies.length === 0);

describe.each(testedHaproxies)('$capabilities.version', (found) => {
  let data: string;
  let backend: Backend;
  let bench: HaproxyBench;
  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), 'sluice-haproxy-backend-'));
    bench = new HaproxyBench(found);
    const listen = { http: [{ host, port: 0 }], https: [{ host, port: 0 }] };
    backend = createBackend({ plugins: [haproxy({ binary: found.path, accessLog: false })], backend: 'haproxy', data, listen });
  });
  afterEach(async () => {
    await backend.dataplane.stop(AbortSignal.abort());
    await bench.close();
    rmSync(data, { recursive: true });
  });

  async function apply(objects: readonly object[]) {
    const store = new SnapshotStore();
    store.change(objects.map((object) => ({ kind: 'put', object })));
    const { model } = new ModelBuilder(defaultModelOptions).build(store.snapshot());
    const artifact = backend.renderer.render(backend.renderer.translate(model).tree);
    expect(await backend.reloader.validate(artifact, never)).toEqual({ kind: 'accepted' });
    return backend.reloader.apply(artifact, never);
  }

  test('nothing is written before the start; Ingresses are served, and a new one needs no reload', async () => {
    expect(readdirSync(data)).toEqual([]);
    const [one, two] = [await bench.upstream(), await bench.upstream()];
    await backend.dataplane.start(never);
    const port = backend.dataplane.addresses?.().http[0]?.port ?? 0;
    expect(await ask(port, 'a.test')).toMatch(/^503/);
    expect(await apply(objects({ a: one }))).toMatchObject({ kind: 'applied' });
    expect(await ask(port, 'a.test')).toBe(`200 ${one}`);
    const reloads = backend.dataplane.facts?.()['reloads'];
    expect(await apply(objects({ a: one, b: two }))).toMatchObject({ kind: 'applied' });
    expect(await ask(port, 'b.test')).toBe(`200 ${two}`);
    expect(await apply(objects({ a: two, b: two }))).toMatchObject({ kind: 'applied' });
    expect(await ask(port, 'a.test')).toBe(`200 ${two}`);
    expect(backend.dataplane.facts?.()).toMatchObject({ reloads, runtimeUpdates: 2 });
    await until(() => backend.dataplane.facts?.()['leavingServers'] === 0);
  }, 30_000);
});

ready('the plugin', () => {
  test('tells what it has found', () => {
    expect(haproxy({}).found()).toMatchObject([{ name: 'haproxy', note: expect.stringContaining('Lua') }]);
  });
});

/** An Ingress for each name, with a Service at a port of this machine. */
function objects(services: Readonly<Record<string, number>>): readonly object[] {
  return Object.entries(services).flatMap(([name, port]) => [
    { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { ports: [{ name: 'http', port: 80 }] } },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: `${name}-1`, labels: { 'kubernetes.io/service-name': name } },
      ports: [{ name: 'http', port }],
      endpoints: [{ addresses: [host] }],
    },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name },
      spec: {
        ingressClassName: 'nginx',
        rules: [
          {
            host: `${name}.test`,
            http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name, port: { number: 80 } } } }] },
          },
        ],
      },
    },
  ]);
}
