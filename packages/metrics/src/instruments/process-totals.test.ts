import type { ProcessUsage } from '@sluice/core';
import { expect, test } from 'vitest';
import { ProcessAccount } from './process-totals.ts';

const usage = (cpuSeconds: number, startedSeconds: number, readBytes?: number): ProcessUsage => ({
  cpuSeconds,
  startedSeconds,
  residentBytes: 10,
  virtualBytes: 100,
  ...(readBytes !== undefined && { io: { readBytes, writeBytes: 1 } }),
});

const [master, worker, next] = [1, 2, 3].map((pid) => ({ pid, startTime: String(pid) }));
if (master === undefined || worker === undefined || next === undefined) throw new Error('there are three');

test('what a worker has used that is gone still counts', () => {
  const used = new Map([
    [1, usage(1, 50, 7)],
    [2, usage(5, 60, 8)],
    [3, usage(0, 70)],
  ]);
  const account = new ProcessAccount(({ pid }) => used.get(pid));
  expect(account.totals([master, worker])).toEqual({
    count: 2,
    cpuSeconds: 6,
    residentBytes: 20,
    virtualBytes: 200,
    oldestStartSeconds: 50,
    io: { readBytes: 15, writeBytes: 2 },
  });
  expect(account.totals([master, next])).toMatchObject({ count: 2, cpuSeconds: 6, io: { readBytes: 15, writeBytes: 2 } });
  used.set(3, usage(2, 70));
  expect(account.totals([next])).toMatchObject({ count: 1, cpuSeconds: 8, oldestStartSeconds: 70 });
});

test('without processes, or without /proc, there is nothing to tell', () => {
  const account = new ProcessAccount(() => undefined);
  expect(account.totals([master])).toMatchObject({ count: 0, oldestStartSeconds: undefined, io: undefined });
});
