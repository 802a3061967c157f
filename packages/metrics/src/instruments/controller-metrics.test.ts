import { RequestMetrics, diagnose, silentLogger, standardBuckets } from '@sluice/core';
import type { ControllerView, ReloadFacts, RoutingModel, RunReport } from '@sluice/core';
import { beforeEach, describe, expect, test } from 'vitest';
import { ControllerMetrics } from './controller-metrics.ts';
import { ingressNginxMetrics, sluiceMetrics } from './metric-table.ts';

const identity = { namespace: 'ingress', pod: 'sluice-0', controllerClass: 'k8s.io/ingress-nginx', version: '1.2.3' };
const of = { object: { kind: 'Ingress', namespace: 'shop', name: 'web' }, field: '' } as const;

/** A controller as the metrics see it. */
class StandIn {
  run: (run: RunReport) => void = () => {};
  reloads: ReloadFacts | undefined;
  diagnostics = [diagnose('SLU1301', of, 'a'), diagnose('SLU1301', of, 'b'), diagnose('SLU1303', of, 'c'), diagnose('SLU4002', of, 'd')];
  readonly view: ControllerView = {
    status: () =>
      Promise.resolve({
        backend: 'nginx',
        ready: true,
        generation: { digest: 'abcdef0123456789', appliedAtMs: 1, revision: 1 },
        objects: { Ingress: 2, Service: 3 },
        diagnostics: { error: 0, warning: 0, info: 0 },
        dataplane: { healthy: true },
      }),
    ready: () => true,
    readiness: () => Promise.resolve({ healthy: true }),
    health: () => Promise.resolve({ healthy: true }),
    diagnostics: () => this.diagnostics,
    model: () => undefined,
    servedIngresses: () => [],
    stats: () => ({ acceptedConnections: 7, activeConnections: 2, requests: 31 }),
    processes: () => undefined,
    waitingChanges: () => 4,
    reloads: () => this.reloads,
    onReconciled: (callback) => {
      this.run = callback;
      return () => {};
    },
    explain: () => undefined,
  };
}

let controller: StandIn;
let metrics: ControllerMetrics;
beforeEach(() => {
  controller = new StandIn();
  metrics = new ControllerMetrics(controller.view, identity);
});

/** Values by metric and labels, without the labels of the controller. */
async function values(): Promise<ReadonlyMap<string, number>> {
  const lines = (await metrics.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const common = 'controller_namespace="ingress",controller_class="k8s.io/ingress-nginx",controller_pod="sluice-0"';
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(' ');
      const name = line.slice(0, space).replace(`{${common}}`, '').replace(`${common},`, '');
      return [name, Number(line.slice(space + 1))];
    }),
  );
}

test('every metric of the table is there, with its type', async () => {
  const text = await metrics.text();
  for (const [name, { type }] of Object.entries({ ...ingressNginxMetrics, ...sluiceMetrics }))
    expect(text).toContain(`# TYPE ${name} ${type}\n`);
});

describe('the configuration', () => {
  test('a change that was applied is a success, and when', async () => {
    controller.run({ outcome: 'applied', atMs: 1_700_000_000_500, durationMs: 20 });
    const found = await values();
    expect(found.get('nginx_ingress_controller_success')).toBe(1);
    expect(found.get('nginx_ingress_controller_errors')).toBe(0);
    expect(found.get('nginx_ingress_controller_config_last_reload_successful')).toBe(1);
    expect(found.get('nginx_ingress_controller_config_last_reload_successful_timestamp_seconds')).toBe(1_700_000_000);
    expect(found.get('nginx_ingress_controller_config_hash')).toBe(0xabcdef0123456);
    expect(found.get('sluice_run_duration_seconds_bucket{le="0.025"}')).toBe(1);
  });

  test.each(['rejected', 'rolledBack', 'failed'] as const)(
    '%s is an error, until a change is applied or nothing is to do',
    async (outcome) => {
      controller.run({ outcome: 'applied', atMs: 1000, durationMs: 1 });
      controller.run({ outcome, atMs: 2000, durationMs: 1 });
      expect((await values()).get('nginx_ingress_controller_errors')).toBe(1);
      expect((await values()).get('nginx_ingress_controller_config_last_reload_successful')).toBe(0);
      controller.run({ outcome: 'unchanged', atMs: 3000, durationMs: 1 });
      const found = await values();
      expect(found.get('nginx_ingress_controller_config_last_reload_successful')).toBe(1);
      expect(found.get('nginx_ingress_controller_config_last_reload_successful_timestamp_seconds')).toBe(1);
      expect(found.get(`sluice_runs_total{outcome="${outcome}"}`)).toBe(1);
    },
  );
});

test('findings are Ingresses that nobody answers for, and counts by code', async () => {
  const found = await values();
  expect(found.get('nginx_ingress_controller_orphan_ingress{namespace="shop",ingress="web",type="no-service"}')).toBe(1);
  expect(found.get('nginx_ingress_controller_orphan_ingress{namespace="shop",ingress="web",type="no-endpoint"}')).toBe(1);
  expect(found.get('sluice_diagnostics{severity="error",code="SLU1301"}')).toBe(2);
  expect(found.get('sluice_quarantined_objects')).toBe(1);
});

test('what is mended is gone from the next scrape', async () => {
  await values();
  controller.diagnostics = [];
  const found = await values();
  expect([...found.keys()].filter((key) => /orphan|sluice_diagnostics/.test(key))).toEqual([]);
});

describe('reloads', () => {
  test('are counted, and the last one has its reasons', async () => {
    controller.reloads = {
      reloads: 3,
      rollbacks: 1,
      restarts: 2,
      lastReload: { atMs: 5000, reasons: ['the frontend changed', 'a "quoted" one'] },
    };
    const found = await values();
    expect([found.get('sluice_reloads_total'), found.get('sluice_rollbacks_total'), found.get('sluice_proxy_restarts_total')]).toEqual([
      3, 1, 2,
    ]);
    expect(found.get('sluice_last_reload_reason{reason="the frontend changed"}')).toBe(5);
    controller.reloads = { reloads: 4, rollbacks: 1, restarts: 2, lastReload: { atMs: 6000, reasons: ['another'] } };
    expect([...(await values()).keys()].filter((key) => key.startsWith('sluice_last_reload_reason'))).toEqual([
      'sluice_last_reload_reason{reason="another"}',
    ]);
  });

  test('are none where nothing reloads', async () => {
    const found = await values();
    expect(['sluice_reloads_total', 'sluice_rollbacks_total', 'sluice_proxy_restarts_total'].map((name) => found.get(name))).toEqual([
      0, 0, 0,
    ]);
    expect([...found.keys()].filter((key) => key.startsWith('sluice_last_reload_reason'))).toEqual([]);
  });
});

test('connections and requests are those of the data plane', async () => {
  const found = await values();
  expect(found.get('nginx_ingress_controller_nginx_process_connections{state="active"}')).toBe(2);
  expect(found.get('nginx_ingress_controller_nginx_process_connections_total{state="handled"}')).toBe(7);
  expect(found.get('nginx_ingress_controller_nginx_process_requests_total')).toBe(31);
});

test('what a plugin measures is there too, with the labels of the controller where the name is of ingress-nginx; what is gone is not told', async () => {
  let samples = [{ value: 1, labels: { name: 'lead' } }];
  const entry = { type: 'gauge', labels: ['name'], help: 'x' } as const;
  metrics.add({ name: 'nginx_ingress_controller_leader_election_status', entry, read: () => samples });
  expect(await metrics.text()).toMatch(
    /^nginx_ingress_controller_leader_election_status\{controller_namespace="ingress",.*name="lead"\} 1$/m,
  );
  samples = [];
  expect(await metrics.text()).not.toMatch(/^nginx_ingress_controller_leader_election_status\{/m);
});

test('connections are told apart where the data plane does, and the proxy is this process where it has none', async () => {
  const text = await metrics.text();
  expect(text).toMatch(/_nginx_process_connections\{.*state="active"\} 2$/m);
  expect(text).not.toContain('state="waiting"');
  const stats = { acceptedConnections: 7, activeConnections: 2, requests: 31, states: { reading: 0, writing: 0, waiting: 2 } };
  const told = await new ControllerMetrics({ ...controller.view, stats: () => stats }, identity).text();
  expect(told).toMatch(/_nginx_process_connections\{.*state="waiting"\} 2$/m);
  expect(told).toMatch(/_nginx_process_num_procs\{[^}]*\} 1$/m);
  expect(told).toMatch(/_nginx_process_cpu_seconds_total\{[^}]*\} [\d.]+$/m);
  expect(told).toMatch(/^sluice_waiting_changes 4$/m);
});

test('requests that no Ingress has answered are told as long as their host is served, and once more', async () => {
  const options = { perHost: true, perUndefinedHost: true, statusClasses: false, buckets: standardBuckets, seriesLimit: 10 };
  const counted = new RequestMetrics(options, silentLogger);
  const measures = { durationMs: 1, responseMs: -1, headerMs: -1, connectMs: -1, requestBytes: 1, sentBytes: 1 };
  for (const host of ['*', 'stays.test', 'goes.test'])
    counted.count({ host, labels: undefined, method: 'GET', status: 308, canary: '' }, measures);
  const model = { virtualHosts: [{ name: '*' }, { name: 'stays.test' }], certificates: [] } as unknown as RoutingModel;
  const view = { ...controller.view, model: () => model };
  const scraped = new ControllerMetrics(view, identity, { metrics: counted, excluded: [] });
  const hosts = async (): Promise<readonly string[]> =>
    [...(await scraped.text()).matchAll(/^nginx_ingress_controller_requests\{.*host="([^"]*)"/gm)].map(([, host = '']) => host);
  expect(await hosts()).toEqual(['*', 'stays.test', 'goes.test']);
  expect(await hosts()).toEqual(['*', 'stays.test']);
});
