import { RequestMetrics, silentLogger, standardBuckets } from '@sluice/core';
import { expect, test } from 'vitest';
import { WorkerCounts } from './worker-counts.ts';

const options = { perHost: true, perUndefinedHost: false, statusClasses: false, buckets: standardBuckets, seriesLimit: 10 };
const batch = (name: string, cells: string): string => `${Buffer.byteLength(name)}:${name}${cells}\n`;

test('batches add up, whatever a path holds', async () => {
  const metrics = new RequestMetrics(options, silentLogger);
  const name = '200 GET shop-new-80 a.test shop web app 80 /ä\n3:x=1,';
  const counts = new WorkerCounts(metrics, () =>
    Promise.resolve(batch(name, '0=2,1=0.5') + batch(name, '0=1,1=0.25,2=1') + batch('404 GET  *     ', '0=7')),
  );
  counts.start();
  const [series, ...others] = [...(await metrics.collect())];
  await counts.stop();
  expect(others).toEqual([]);
  expect(series?.labels).toEqual({
    host: 'a.test',
    status: '200',
    method: 'GET',
    path: '/ä\n3:x=1,',
    namespace: 'shop',
    ingress: 'web',
    service: 'app',
    canary: 'shop-new-80',
  });
  expect([...(series?.cells.slice(0, 3) ?? [])]).toEqual([3, 0.75, 1]);
});

test('what is cut off, or does not come, is left out', async () => {
  const metrics = new RequestMetrics(options, silentLogger);
  const answers = ['99:x', '5', undefined, batch('200 GET  a.test     ', '0=1')];
  const counts = new WorkerCounts(metrics, () => Promise.resolve(answers.shift()));
  for (const _ of [1, 2, 3, 4]) await counts.collect();
  expect([...(await metrics.collect())]).toHaveLength(1);
});
