import { expect, test } from 'vitest';
import type { FlagType } from './flag.ts';
import { parseFlagValue } from './flag-value.ts';

const read: readonly [FlagType, string, unknown][] = [
  ['bool', 'T', true],
  ['bool', '1', true],
  ['bool', 'False', false],
  ['int', '-12', -12],
  ['int', '0x10', 16],
  ['uint32', '7', 7],
  ['float', '0.3', 0.3],
  ['float', '1e2', 100],
  ['duration', '1h2m3.5s', 3_723_500],
  ['duration', '-1.5s', -1500],
  ['duration', '250ms', 250],
  ['duration', '0', 0],
  ['ip', '::1', '::1'],
  ['string', ' a,b ', ' a,b '],
  ['path', '', ''],
  ['severity', 'ERROR', 'ERROR'],
];

test.each(read)('%s %j is %j', (type, text, value) => {
  expect(parseFlagValue(type, text)).toBe(value);
});

const refused: readonly [FlagType, string][] = [
  ['bool', 'yes'],
  ['bool', ''],
  ['bool', 'tRUE'],
  ['int', '1.5'],
  ['int', '8080a'],
  ['int', ''],
  ['uint64', '-1'],
  ['float', ''],
  ['float', 'much'],
  ['duration', '30'],
  ['duration', '1d'],
  ['duration', 's'],
  ['duration', ''],
  ['ip', 'localhost'],
];

test.each(refused)('%s %j is not taken', (type, text) => {
  expect(parseFlagValue(type, text)).toBeUndefined();
});
