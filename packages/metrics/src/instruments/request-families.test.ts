import { RequestMetrics, silentLogger, standardBuckets } from '@sluice/core';
import { expect, test } from 'vitest';
import { RequestFamilies } from './request-families.ts';
import { requestMetricsTable } from './metric-table.ts';

function counted(): RequestMetrics {
  const options = { perHost: true, perUndefinedHost: false, statusClasses: false, buckets: standardBuckets, seriesLimit: 10 };
  const metrics = new RequestMetrics(options, silentLogger);
  const labels = { namespace: 'shop', ingress: 'web', service: 'app', port: '80', path: '/a"b\\c' };
  const measures = { durationMs: 30, responseMs: -1, headerMs: -1, connectMs: -1, requestBytes: 15, sentBytes: 20 };
  for (const durationMs of [30, 3])
    metrics.count({ host: 'a.test', labels, method: 'GET', status: 200, canary: '' }, { ...measures, durationMs });
  return metrics;
}

const LABELS =
  'controller_pod="p\\"0",host="a.test",status="200",method="GET",path="/a\\"b\\\\c",namespace="shop",ingress="web",service="app",canary=""';

test('every family has its type, and series with all labels', async () => {
  const text = await new RequestFamilies(counted(), { controller_pod: 'p"0' }, []).text();
  for (const [name, { type, help }] of Object.entries(requestMetricsTable))
    expect(text).toContain(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`);
  expect(text).toContain(`nginx_ingress_controller_requests{${LABELS}} 2\n`);
});

test('buckets of a histogram add up', async () => {
  const lines = (await new RequestFamilies(counted(), { controller_pod: 'p"0' }, []).text()).split('\n');
  const of = (name: string) =>
    lines.filter((line) => line.startsWith(`nginx_ingress_controller_${name}`)).map((line) => line.slice(line.lastIndexOf(' ') + 1));
  expect(of('request_duration_seconds')).toEqual(['1', '1', '1', '2', '2', '2', '2', '2', '2', '2', '2', '2', '0.033', '2']);
  expect(of('connect_duration_seconds').at(-1)).toBe('0');
  expect(lines).toContain(`nginx_ingress_controller_request_duration_seconds_bucket{${LABELS},le="+Inf"} 2`);
});

test('families may be left out by name, with the prefix or without', async () => {
  const text = await new RequestFamilies(counted(), {}, ['bytes_sent', 'nginx_ingress_controller_requests']).text();
  expect(text).not.toMatch(/bytes_sent|controller_requests/);
  expect(text).toContain('response_size');
});
