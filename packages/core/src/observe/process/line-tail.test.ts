import { appendFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LineTail } from './line-tail.ts';

let folder = '';
let path = '';
let written: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-access-'));
  path = join(folder, 'access.log');
  written = [];
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function following(): Promise<LineTail> {
  const log = new LineTail(
    path,
    (lines) => void written.push(lines),
    () => {},
  );
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

test('empties a large file when nobody writes to it', async () => {
  const log = await following();
  for (let piece = 0; piece < 9; piece++) {
    appendFileSync(path, `${'x'.repeat(1024 * 1024 - 1)}\n`);
    await log.look();
  }
  await setTimeout(50);
  await log.stop();
  expect(statSync(path).size).toBe(0);
  expect(written.join('')).toHaveLength(9 * 1024 * 1024);
});

test('loses nothing of a file that grows without a pause, and keeps it bounded', async () => {
  const log = await following();
  const lines = `${'x'.repeat(1023)}\n`.repeat(4096);
  for (let piece = 0; piece < 20; piece++) {
    appendFileSync(path, lines);
    await log.look();
  }
  await log.stop();
  expect(written.reduce((sum, text) => sum + text.length, 0)).toBe(20 * lines.length);
  expect(statSync(path).size).toBeLessThan(70 * 1024 * 1024);
});

test('what is too far behind is left out in whole lines', async () => {
  const log = await following();
  const lines = `${'x'.repeat(1022)}\n`.repeat(70 * 1024);
  appendFileSync(path, lines);
  await log.stop();
  expect(written.join('').length).toBeGreaterThan(60 * 1024 * 1024);
  expect(new Set(written.join('').split('\n'))).toEqual(new Set(['x'.repeat(1022), '']));
});
