import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { processInfo } from './process-info.ts';
import { processUsage } from './process-usage.ts';

describe.skipIf(!existsSync('/proc/self/stat'))('what a process uses (needs /proc)', () => {
  const self = processInfo(process.pid) ?? { pid: process.pid, startTime: '' };

  test('is what the process says of itself', () => {
    const usage = processUsage(self);
    if (usage === undefined) throw new Error('it runs');
    const { user, system } = process.cpuUsage();
    expect(usage.cpuSeconds).toBeGreaterThan((user + system) / 1e6 / 2);
    expect(usage.cpuSeconds).toBeLessThan((user + system) / 1e6 + 1);
    expect(usage.residentBytes).toBeGreaterThan(process.memoryUsage.rss() / 2);
    expect(usage.virtualBytes).toBeGreaterThan(usage.residentBytes);
    expect(Math.abs(usage.startedSeconds - (Date.now() / 1000 - process.uptime()))).toBeLessThan(5);
    expect(usage?.io?.readBytes).toBeGreaterThanOrEqual(0);
  });

  test('of another process with the same number nothing is told', () => {
    expect(processUsage({ ...self, startTime: '1' })).toBeUndefined();
    expect(processUsage({ pid: 2 ** 22 + 1, startTime: '1' })).toBeUndefined();
  });
});
