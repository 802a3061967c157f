import { RequestMetrics, parseLogFormat, silentLogger, standardBuckets } from '@sluice/core';
import type { AccessLogSettings } from '@sluice/core';
import { beforeEach, expect, test } from 'vitest';
import { RequestLines } from './request-lines.ts';

const settings = (text: string): AccessLogSettings => ({
  enabled: true,
  format: parseLogFormat(text, 'default').format,
  defaultBackend: false,
  silent: [{ kind: 'regex', pattern: '^/quiet', ignoreCase: false }],
});

const written = {
  pid: 1,
  number: 1,
  stopping: 0,
  end: 1_796_084_214_000,
  client: '192.0.2.1',
  clientPort: 4711,
  port: 80,
  secure: 0,
  method: 'GET',
  target: '/x',
  protocol: 'HTTP/1.1',
  status: 200,
  read: 100,
  readHead: '62',
  readLength: '-',
  sent: 106,
  head: '81',
  length: '5',
  total: 12,
  connect: 1,
  response: 4,
  data: 6,
  server: '10.0.0.1:80',
  endpoint: '-',
  rule: 'a.test shop web app 80 /',
  canary: '-',
  silent: '-',
  id: 'i',
  user: '-',
  host: 'a.test',
  headers: ['agent/ä'],
};

const options = { perHost: true, perUndefinedHost: false, statusClasses: false, buckets: standardBuckets, seriesLimit: 100 };
let metrics: RequestMetrics;
let out: string[];
let lines: RequestLines;
beforeEach(() => {
  metrics = new RequestMetrics(options, silentLogger);
  out = [];
  lines = new RequestLines(metrics, (text) => void out.push(text));
});

const take = (...all: readonly Partial<typeof written>[]): void =>
  lines.take(all.map((one) => Buffer.from(JSON.stringify({ ...written, ...one }), 'utf8').toString('latin1')));
const counts = async (): Promise<readonly (readonly [string, number])[]> =>
  [...(await metrics.collect())].map(({ labels, cells }) => [labels.status, cells[0] ?? 0] as const);

test('sizes and times are those that nginx tells', () => {
  lines.use(
    settings('$request_length $bytes_sent $body_bytes_sent $request_time $upstream_header_time $upstream_response_time $http_user_agent'),
  );
  take({});
  expect(out).toEqual(['79 103 5 0.012 0.005 0.011 agent/\\xC3\\xA4\n']);
});

test.each<[string, Partial<typeof written>, string]>([
  ['a body of no told length', { length: '-', sent: 1611, head: '90' }, '1500'],
  ['an answer to HEAD', { method: 'HEAD' }, '0'],
  ['an answer that was broken off', { length: '100000', sent: 1102 }, '1000'],
  ['no answer at all', { status: -1, head: '-', length: '-', sent: 0 }, '0'],
])('%s', (_, one, bodyBytes) => {
  lines.use(settings('$body_bytes_sent'));
  take(one);
  expect(out).toEqual([`${bodyBytes}\n`]);
});

test('who was not asked, who did not answer, and who answered behind the internal frontend', () => {
  lines.use(settings('$upstream_addr $upstream_status $upstream_response_time $status'));
  take({ server: '-:-', status: 301 }, { connect: -1, response: -1, data: -1, status: 503 }, { endpoint: '10.0.0.9:80', status: -1 });
  expect(out.join('')).toBe('- - - 301\n10.0.0.1:80 503 - 503\n10.0.0.9:80 - 0.011 499\n');
});

test('what leaves no line is counted all the same', async () => {
  lines.use(settings('$request_uri'));
  take({ silent: '1' }, { target: '/quiet/1' }, { target: '/told' });
  expect(out).toEqual(['/told\n']);
  expect(await counts()).toEqual([['200', 3]]);
});

test('a line of a leaving worker that comes twice is taken once', async () => {
  take({ stopping: 1, number: 7 }, { stopping: 1, number: 7 }, { stopping: 1, number: 7, pid: 2 }, { number: 7 });
  expect(await counts()).toEqual([['200', 3]]);
});

test('what is no line, or one of another version, hurts none of the others', async () => {
  lines.take(['{"status":200}', '{', JSON.stringify(written)]);
  expect(await counts()).toEqual([['200', 1]]);
});
