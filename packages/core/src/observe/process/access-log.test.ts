import { appendFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { silentLogger } from '../logger.ts';
import { AccessLog } from './access-log.ts';

let folder = '';
let path = '';
let written: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-access-'));
  path = join(folder, 'access.log');
  written = [];
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function following(): Promise<AccessLog> {
  const log = new AccessLog(path, (lines) => void written.push(lines), silentLogger);
  await log.start();
  return log;
}

test('passes on whole lines that come after the start, bytes as they are', async () => {
  writeFileSync(path, 'of an earlier run\n');
  const log = await following();
  appendFileSync(path, Buffer.from('{"a":"é"}\n{"b":', 'utf8'));
  await log.stop();
  expect(written).toEqual([Buffer.from('{"a":"é"}\n', 'utf8').toString('latin1')]);
});

test('a line that comes in two pieces is one', async () => {
  const log = await following();
  appendFileSync(path, '{"a":');
  await log.stop();
  appendFileSync(path, '1}\n');
  await log.stop();
  expect(written.join('')).toBe('{"a":1}\n');
});

test('keeps the file small', async () => {
  const log = await following();
  for (let piece = 0; piece < 9; piece++) {
    appendFileSync(path, `${'x'.repeat(1024 * 1024 - 1)}\n`);
    await log.stop();
  }
  expect(statSync(path).size).toBeLessThan(9 * 1024 * 1024);
  expect(written.join('')).toHaveLength(9 * 1024 * 1024);
});
