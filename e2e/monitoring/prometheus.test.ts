import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { certificateFor } from '../certificates.ts';
import { EchoUpstream } from '../echo-upstream.ts';
import { hostTo, ingress, ingressClass, served, tlsSecret } from '../manifest.ts';
import { backends, machinePrometheus, needing, programOf } from '../proxy-programs.ts';
import { get } from '../raw-request.ts';
import { RunningSluice } from '../running-sluice.ts';
import { TemporaryFolder } from '../temporary-folder.ts';
import { until } from '../until.ts';
import { dashboardExpressions, monitoringFolder, ruleExpressions } from './expressions.ts';
import { RunningPrometheus } from './running-prometheus.ts';

const prometheusProgram = machinePrometheus();
const rulesNeed = needing(prometheusProgram, 'alert rules');

describe.skipIf(rulesNeed.skip)(rulesNeed.title, () => {
  test.each([
    ['are rules', ['check', 'rules', 'rules.yaml']],
    ['fire when they should, and not otherwise', ['test', 'rules', 'rules-test.yaml']],
  ])('%s', (_what, args) => {
    const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: monitoringFolder, encoding: 'utf8' });
    expect(`${status}\n${status === 0 ? '' : stdout + stderr}`).toBe('0\n');
  });
});

/** As Grafana fills them in where everything is chosen. */
function filledIn(text: string): string {
  return text.replaceAll('$__rate_interval', '1m').replaceAll(/\$(?:namespace|ingress)/g, '.*');
}

/** What the load sends, and which status it must get: a status for each kind of request. */
const WAYS = [
  { path: '/', host: 'shop.test', count: 1200 },
  { path: '/item?id=1', host: 'shop.test', count: 500 },
  { path: '/', host: 'down.test', count: 240 },
  { path: '/', host: 'moved.test', count: 160 },
] as const;

/** Queries of which nothing can be there in this run: no cluster, nothing refused, no canary. */
const EMPTY = /sluice_watch_|sluice_status_|sluice_events_|leader_election|canary!=/;

for (const backend of backends) {
  const proxy = needing(programOf(backend), `what Prometheus sees of ${backend}`);
  const { title, skip } = proxy.skip ? proxy : needing(prometheusProgram, proxy.title);
  describe.skipIf(skip)(title, () => {
    let folder: TemporaryFolder;
    let upstream: EchoUpstream;
    let sluice: RunningSluice;
    let prometheus: RunningPrometheus | undefined;

    beforeEach(async () => {
      folder = new TemporaryFolder();
      upstream = await EchoUpstream.start('web');
      const pair = await certificateFor('shop.test');
      folder.writeObjects('manifests/shop.yaml', [
        ingressClass(),
        ...served('web', upstream.port),
        hostTo('down.test', 'missing'),
        ingress({
          name: 'shop.test',
          rules: [{ host: 'shop.test', paths: [{ service: 'web' }] }],
          tls: [{ hosts: ['shop.test'], secretName: 'shop-tls' }],
          annotations: { 'nginx.ingress.kubernetes.io/ssl-redirect': 'false' },
        }),
        ingress({
          name: 'moved.test',
          rules: [{ host: 'moved.test', paths: [{ service: 'web' }] }],
          annotations: { 'nginx.ingress.kubernetes.io/permanent-redirect': 'http://elsewhere.test/' },
        }),
        tlsSecret('shop-tls', pair),
      ]);
      sluice = await RunningSluice.serving(folder.at('manifests'), folder.at('data'), ['--backend', backend]);
      prometheus = await RunningPrometheus.scraping(`127.0.0.1:${sluice.ports.admin}`, folder);
    });
    afterEach(async () => {
      await prometheus?.stop();
      await sluice?.kill();
      await upstream.close();
      folder.remove();
    });

    /** Sends everything, several at a time; how often each status was answered. */
    async function load(): Promise<Readonly<Record<string, number>>> {
      const queue = WAYS.flatMap(({ path, host, count }) => Array.from({ length: count }, () => ({ path, host })));
      const statuses: Record<string, number> = {};
      const client = async (): Promise<void> => {
        for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
          const { status } = await get(sluice.http, next.host, next.path);
          statuses[status] = (statuses[status] ?? 0) + 1;
        }
      };
      await Promise.all(Array.from({ length: 8 }, client));
      return statuses;
    }

    async function countsByStatus(): Promise<Readonly<Record<string, number>>> {
      const series = await prometheus?.query('sum by (status) (nginx_ingress_controller_requests)');
      return Object.fromEntries((series ?? []).map(({ metric, value }) => [metric['status'] ?? '', value]));
    }

    test('counts of requests by status are those of the load; every query of the dashboard and of the alerts runs', async () => {
      const loading = load();
      // In the midst of it: proxies that reload have other workers then, which count on.
      folder.writeObjects('manifests/late.yaml', [hostTo('late.test', 'web')]);
      await sluice.routes('late.test');
      const sent = await loading;
      expect(Object.keys(sent)).toEqual(['200', '301', '503']);
      const all = WAYS.reduce((sum, { count }) => sum + count, 0);
      const seen = await until('the counts', async () => {
        const counts = await countsByStatus();
        return Object.values(counts).reduce((a, b) => a + b, 0) >= all ? counts : undefined;
      });
      expect(seen).toEqual(sent);
      folder.writeObjects('manifests/last.yaml', [hostTo('last.test', 'web')]);
      await sluice.routes('last.test');
      // Rates need two scrapes in which the change is.
      await until('a rate of changes', async () =>
        ((await prometheus?.query('rate(sluice_apply_to_served_seconds_count[1m])'))?.[0]?.value ?? 0) > 0 ? true : undefined,
      );
      const empty: string[] = [];
      for (const { place, text } of dashboardExpressions()) {
        const answer = await prometheus?.query(filledIn(text));
        if (answer?.length === 0 && !EMPTY.test(text)) empty.push(place);
      }
      expect(empty).toEqual(backend === 'node' ? ['Why the last reload was needed'] : []);
      for (const { text } of ruleExpressions()) await prometheus?.query(text);
    });
  });
}
