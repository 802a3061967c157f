import { compileLogFormat, parseLogFormat } from '@sluice/core';
import { expect, test } from 'vitest';
import { BatchedAccessLog } from './access-log.ts';
import { RequestFacts } from './request-facts.ts';
import { identifyClient } from './request-writer.ts';

const line = compileLogFormat(parseLogFormat('$remote_addr:$remote_port $status', 'default').format);
const record = new RequestFacts(identifyClient({ address: '::1', port: 7 }, false, 80), false);
record.status = 200;

test('writes lines together, when closed', () => {
  const written: string[] = [];
  const log = new BatchedAccessLog(line, (lines) => written.push(lines.toString('latin1')));
  log.record(record);
  log.record(record);
  expect(written).toEqual([]);
  log.close();
  expect(written).toEqual(['::1:7 200\n::1:7 200\n']);
});

test('another line may be wanted at any time', () => {
  const written: string[] = [];
  const log = new BatchedAccessLog(line, (lines) => written.push(lines.toString('latin1')));
  log.record(record);
  log.use(compileLogFormat(parseLogFormat('$scheme $http_x $remote_user', 'default').format));
  expect(log.headers.map(({ name }) => name)).toEqual(['x', 'authorization']);
  log.record(record);
  log.close();
  expect(written).toEqual(['::1:7 200\nhttp - -\n']);
});

test('writes as soon as 64 KiB have come together', () => {
  const written: string[] = [];
  const log = new BatchedAccessLog(line, (lines) => written.push(lines.toString('latin1')));
  for (let count = 0; written.length === 0; count++) {
    log.record(record);
    expect(count).toBeLessThan(10_000);
  }
  expect(written[0]?.length).toBeGreaterThanOrEqual(65_536);
  log.close();
  expect(written.join('')).toMatch(/^(?:::1:7 200\n)+$/);
});

test('a line that is longer than that is written whole', () => {
  const written: string[] = [];
  const log = new BatchedAccessLog(line, (lines) => written.push(lines.toString('latin1')));
  log.record(record);
  log.use(compileLogFormat(parseLogFormat(`$status ${'x'.repeat(140_000)}`, 'default').format));
  log.record(record);
  log.close();
  expect(written.map((lines) => lines.length)).toEqual([140_015]);
});
