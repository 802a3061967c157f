import { expect, test } from 'vitest';
import { silentLogger } from '../logger.ts';
import type { RequestMeasures } from './histogram-layout.ts';
import { standardBuckets } from './histogram-layout.ts';
import { RequestMetrics } from './request-metrics.ts';
import type { CountedRequest, RequestMetricsOptions } from './request-metrics.ts';

const options: RequestMetricsOptions = {
  perHost: true,
  perUndefinedHost: false,
  statusClasses: false,
  buckets: standardBuckets,
  seriesLimit: 100,
};
const request: CountedRequest = {
  host: 'a.test',
  labels: { namespace: 'shop', ingress: 'web', service: 'app', port: '80', path: '/x' },
  method: 'GET',
  status: 200,
  canary: '',
};
const measures: RequestMeasures = { durationMs: 7, responseMs: 5, headerMs: -1, connectMs: 0, requestBytes: 100, sentBytes: 1001 };

function metricsWith(given: Partial<RequestMetricsOptions> = {}): RequestMetrics {
  return new RequestMetrics({ ...options, ...given }, silentLogger);
}

async function labelsIn(metrics: RequestMetrics) {
  return [...(await metrics.collect())].map(({ labels, cells }) => ({ ...labels, count: cells[0] }));
}

test('requests with the same labels are one series', async () => {
  const metrics = metricsWith();
  metrics.count(request, measures);
  metrics.count({ ...request, labels: { ...request.labels! } }, measures);
  metrics.count({ ...request, status: 404 }, measures);
  const common = { host: 'a.test', method: 'GET', path: '/x', namespace: 'shop', ingress: 'web', service: 'app', canary: '' };
  expect(await labelsIn(metrics)).toEqual([
    { ...common, status: '200', count: 2 },
    { ...common, status: '404', count: 1 },
  ]);
});

test('a measure that there is not is in no histogram; a bound belongs to its bucket', async () => {
  const metrics = metricsWith();
  metrics.count(request, measures);
  const [series] = [...(await metrics.collect())];
  const told = metrics.layout.histograms.map(({ name, sumAt, bucketsAt, bounds }) => {
    const buckets = [...(series?.cells.slice(bucketsAt, bucketsAt + bounds.length + 1) ?? [])];
    const at = buckets.indexOf(1);
    return [name, series?.cells[sumAt], at < 0 ? undefined : (bounds[at] ?? 'more')];
  });
  expect(told).toEqual([
    ['request_duration_seconds', 0.007, 0.01],
    ['response_duration_seconds', 0.005, 0.005],
    ['header_duration_seconds', 0, undefined],
    ['connect_duration_seconds', 0, 0.005],
    ['request_size', 100, 100],
    ['response_size', 1001, 'more'],
    ['bytes_sent', 1001, 10_000],
  ]);
});

test('names of no Ingress are counted only when that is wanted', async () => {
  const unnamed = { ...request, host: '*', labels: undefined };
  const [usual, undefinedToo, hostless] = [metricsWith(), metricsWith({ perUndefinedHost: true }), metricsWith({ perHost: false })];
  for (const metrics of [usual, undefinedToo, hostless]) metrics.count(unnamed, measures);
  expect(await labelsIn(usual)).toEqual([]);
  expect(await labelsIn(undefinedToo)).toMatchObject([{ host: '*', ingress: '', count: 1 }]);
  expect((await labelsIn(hostless))[0]).not.toHaveProperty('host');
});

test('statuses may be told by class, and methods that clients make up are OTHER', async () => {
  const metrics = metricsWith({ statusClasses: true });
  metrics.count({ ...request, status: 503, method: 'MAKE-UP' }, measures);
  expect(await labelsIn(metrics)).toMatchObject([{ status: '5xx', method: 'OTHER' }]);
});

test('beyond the limit only status and method are told, and nothing is lost', async () => {
  const warnings: string[] = [];
  const metrics = new RequestMetrics({ ...options, seriesLimit: 3 }, { ...silentLogger, warn: (message) => void warnings.push(message) });
  for (let index = 0; index < 50; index++)
    metrics.count({ ...request, host: `h${index}.test`, status: index % 2 === 0 ? 200 : 500 }, measures);
  const found = await labelsIn(metrics);
  expect(found).toHaveLength(5);
  expect(found.filter(({ host }) => host === 'overflow')).toMatchObject([
    { status: '500', ingress: 'overflow', count: 24 },
    { status: '200', ingress: 'overflow', count: 23 },
  ]);
  expect(warnings).toHaveLength(1);
});

test('series of Ingresses that are gone go, and whoever kept their cells learns it', async () => {
  const metrics = metricsWith();
  metrics.count(request, measures);
  metrics.count({ ...request, labels: { ...request.labels!, ingress: 'old' } }, measures);
  const { epoch } = metrics;
  metrics.retain(({ namespace, ingress }) => `${namespace}/${ingress}` === 'shop/web');
  expect(await labelsIn(metrics)).toMatchObject([{ ingress: 'web' }]);
  expect(metrics.epoch).toBeGreaterThan(epoch);
});

test('sources are asked before anything is read, and one that fails holds up nobody', async () => {
  const metrics = metricsWith();
  const end = metrics.addSource(() => Promise.resolve(metrics.count(request, measures)));
  metrics.addSource(() => Promise.reject(new Error('gone')));
  expect(await labelsIn(metrics)).toMatchObject([{ count: 1 }]);
  end();
  expect(await labelsIn(metrics)).toMatchObject([{ count: 1 }]);
});
