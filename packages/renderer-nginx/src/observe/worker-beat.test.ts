import { expect, test } from 'vitest';
import { hangingWorker } from './worker-beat.ts';

const told = (...workers: readonly object[]): string => JSON.stringify(workers);

test('a worker that accepts and has not turned for long hangs', () => {
  const busy = { pid: 1, generation: 'a', accepting: true, silentSeconds: 2 };
  const hung = { pid: 2, generation: 'a', accepting: true, silentSeconds: 16.5 };
  expect(hangingWorker(told(busy, hung))).toMatchObject({ pid: 2 });
  expect(hangingWorker(told(busy))).toBeUndefined();
});

test('one that drains, one of an earlier version, and what is no list at all say nothing', () => {
  const draining = { pid: 1, generation: 'a', accepting: false, silentSeconds: 1000 };
  const earlier = { pid: 2, generation: 'a', accepting: true };
  for (const text of [told(draining, earlier), '{}', 'not found', undefined]) expect(hangingWorker(text)).toBeUndefined();
});
