import { expect, test } from 'vitest';
import { BatchedAccessLog } from './access-log.ts';
import type { AccessRecord } from './access-log.ts';

const record: AccessRecord = {
  timeMs: Date.UTC(2026, 10, 24),
  client: '::1',
  method: 'GET',
  host: 'a.test',
  target: '/',
  protocol: 'HTTP/1.1',
  status: 200,
  requestBytes: 10,
  bytesSent: 20,
  durationMs: 1.23456,
  upstream: '',
  route: '',
  requestId: 'i',
};

test('writes JSON lines, together, when closed', () => {
  const written: string[] = [];
  const log = new BatchedAccessLog((lines) => written.push(lines));
  log.record(record);
  log.record({ ...record, target: '/"\\\u0000\u00e4', userAgent: 'u"', referer: 'r' });
  expect(written).toEqual([]);
  log.close();
  expect(written).toHaveLength(1);
  const [first, second, rest] = (written[0] ?? '').split('\n');
  expect(JSON.parse(first ?? '')).toEqual({
    time: '2026-11-24T00:00:00.000Z',
    client: '::1',
    method: 'GET',
    host: 'a.test',
    target: '/',
    protocol: 'HTTP/1.1',
    status: 200,
    requestBytes: 10,
    bytesSent: 20,
    durationMs: 1.235,
    upstream: '',
    route: '',
    requestId: 'i',
  });
  expect(JSON.parse(second ?? '')).toMatchObject({ target: '/"\\\u0000\u00e4', userAgent: 'u"', referer: 'r' });
  expect(rest).toBe('');
});

test('writes as soon as 64 KiB have come together', () => {
  const written: string[] = [];
  const log = new BatchedAccessLog((lines) => written.push(lines));
  for (let count = 0; written.length === 0; count++) {
    log.record(record);
    expect(count).toBeLessThan(1000);
  }
  expect(written[0]?.length).toBeGreaterThanOrEqual(65_536);
  log.close();
});
