import { builtIn } from '@sluice/core';
import type { LimitPolicy } from '@sluice/core';
import { expect, test } from 'vitest';
import { Limits } from './limits.ts';

const policy = (what: Partial<LimitPolicy>): LimitPolicy => ({
  kind: 'limit',
  zone: 'ns/a',
  rateStatus: 503,
  connectionStatus: 503,
  exempt: [],
  from: builtIn,
  ...what,
});
const perSecond = { requests: 1, burst: 1 };

/** How many of so many requests get in. */
function admitted(limits: Limits, limit: LimitPolicy, client: string, times: readonly number[]): number {
  return times.filter((atMs) => limits.enter(limit, client, atMs) === undefined).length;
}

test('a burst above the rate gets in at once, then the rate', () => {
  const limits = new Limits();
  expect(admitted(limits, policy({ perSecond }), 'c', [0, 1, 2, 3])).toBe(2);
  expect(admitted(limits, policy({ perSecond }), 'c', [500, 900])).toBe(0);
  expect(admitted(limits, policy({ perSecond }), 'c', [1001, 1002])).toBe(1);
});

test('what is refused by one rate is not counted by the other', () => {
  const limits = new Limits();
  const both = policy({ perSecond, perMinute: { requests: 60, burst: 60 } });
  expect(admitted(limits, both, 'c', Array<number>(500).fill(0))).toBe(2);
  expect(admitted(limits, both, 'c', [2000])).toBe(1);
});

test('clients and Ingresses are counted apart, paths and generations together', () => {
  const limits = new Limits();
  expect(admitted(limits, policy({ perSecond }), 'c', [0, 0, 0])).toBe(2);
  expect(admitted(limits, policy({ perSecond }), 'd', [0, 0, 0])).toBe(2);
  expect(admitted(limits, policy({ perSecond, zone: 'ns/b' }), 'c', [0, 0, 0])).toBe(2);
  expect(admitted(limits, policy({ perSecond }), 'c', [0])).toBe(0);
});

test('requests under way', () => {
  const limits = new Limits();
  const two = policy({ connections: 2 });
  expect(admitted(limits, two, 'c', [0, 0, 0])).toBe(2);
  limits.leave(two, 'c');
  expect(admitted(limits, two, 'c', [0, 0])).toBe(1);
});

test('addresses that are not counted', () => {
  const limits = new Limits();
  expect(admitted(limits, policy({ perSecond, exempt: ['10.0.0.0/8'] }), '10.1.1.1', [0, 0, 0, 0])).toBe(4);
});

test('memory is bounded, and given back', () => {
  const limits = new Limits();
  const limit = policy({ perSecond });
  for (let client = 0; client < 30_000; client++) {
    limits.enter(limit, `c${client}`, -10_000_000);
    limits.leave(limit, `c${client}`);
  }
  expect(admitted(limits, limit, 'c0', [-10_000_000, -10_000_000])).toBe(2);
  limits.leave(limit, 'c0');
  limits.leave(limit, 'c0');
  limits.onDeadline();
  expect(admitted(limits, limit, 'c29999', [-10_000_000, -10_000_000, -10_000_000])).toBe(2);
});

test('memory is bounded for all Ingresses together, and those with few clients keep them', () => {
  const limits = new Limits();
  const quiet = policy({ perSecond, zone: 'ns/quiet' });
  expect(admitted(limits, quiet, 'c', [0, 0, 0])).toBe(2);
  for (let zone = 0; zone < 20; zone++) {
    const limit = policy({ perSecond, zone: `ns/${zone}` });
    for (let client = 0; client < 15_000; client++) limits.enter(limit, `c${client}`, 0);
  }
  expect(limits.size).toBeGreaterThan(100_000);
  expect(limits.size).toBeLessThanOrEqual(200_000);
  expect(admitted(limits, quiet, 'c', [0])).toBe(0);
});
