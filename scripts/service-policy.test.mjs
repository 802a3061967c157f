import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withoutServiceStarts } from './service-policy.mjs';

let folder;
let path;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-policy-'));
  path = join(folder, 'policy-rc.d');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const ask = () => spawnSync(path, ['nginx', 'start']).status;

function write(text) {
  writeFileSync(path, text, { mode: 0o755 });
}

test('services are denied during the action, and nothing is left behind', () => {
  expect(withoutServiceStarts(ask, path)).toBe(101);
  expect(readdirSync(folder)).toEqual([]);
});

test('a policy that allows is put aside and comes back', () => {
  write('#!/bin/sh\nexit 104\n');
  expect(withoutServiceStarts(ask, path)).toBe(101);
  expect(ask()).toBe(104);
  expect(readdirSync(folder)).toEqual(['policy-rc.d']);
});

test('a policy that denies is not touched', () => {
  write('#!/bin/sh\nexit 101\n');
  const seen = withoutServiceStarts(() => readFileSync(path, 'utf8'), path);
  expect(seen).toBe('#!/bin/sh\nexit 101\n');
});

test('an action that fails changes nothing either', () => {
  write('#!/bin/sh\nexit 0\n');
  const fail = () => {
    throw new Error('no space left');
  };
  expect(() => withoutServiceStarts(fail, path)).toThrow('no space left');
  expect(readFileSync(path, 'utf8')).toBe('#!/bin/sh\nexit 0\n');
});

test('what a killed process left behind denies nothing, asks the former policy, and goes with the next call', () => {
  write('#!/bin/sh\nexit 104\n');
  const killed = `
    import { withoutServiceStarts } from ${JSON.stringify(join(import.meta.dirname, 'service-policy.mjs'))};
    withoutServiceStarts(() => process.kill(process.pid, 'SIGKILL'), ${JSON.stringify(path)});
  `;
  const { signal } = spawnSync(process.execPath, ['--input-type=module', '-e', killed]);
  expect(signal).toBe('SIGKILL');
  expect(existsSync(`${path}.before-sluice`)).toBe(true);
  expect(ask()).toBe(104);
  expect(withoutServiceStarts(ask, path)).toBe(101);
  expect(readFileSync(path, 'utf8')).toBe('#!/bin/sh\nexit 104\n');
});
