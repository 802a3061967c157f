import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Coalescer } from './coalescer.ts';

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => vi.useRealTimers());

const options = { holdOffMs: 50, maxHoldOffMs: 200 };

test('a burst causes one run, after the hold-off', async () => {
  const task = vi.fn(async () => {});
  const coalescer = new Coalescer(options, task, () => {});
  for (let change = 0; change < 3; change++) {
    coalescer.trigger();
    await vi.advanceTimersByTimeAsync(40);
  }
  expect(task).toHaveBeenCalledTimes(0);
  await vi.advanceTimersByTimeAsync(50);
  expect(task).toHaveBeenCalledTimes(1);
});

test('endless changes cannot put a run off for longer than the cap', async () => {
  const task = vi.fn(async () => {});
  const coalescer = new Coalescer(options, task, () => {});
  for (let change = 0; change < 10; change++) {
    coalescer.trigger();
    await vi.advanceTimersByTimeAsync(40);
  }
  expect(task.mock.calls.length).toBeGreaterThanOrEqual(1);
});

test('quick runs come more often than the cap under endless changes', async () => {
  const task = vi.fn(async () => {});
  const coalescer = new Coalescer(options, task, () => {});
  for (let change = 0; change < 25; change++) {
    coalescer.trigger();
    await vi.advanceTimersByTimeAsync(40);
  }
  // Within a second: the first after 200 ms, the others after twice the hold-off.
  expect(task.mock.calls.length).toBeGreaterThanOrEqual(7);
});

test('a change during a run causes one more run, not two at a time, also after a failure', async () => {
  let [running, most, runs] = [0, 0, 0];
  const errors: unknown[] = [];
  const coalescer = new Coalescer(
    options,
    async () => {
      most = Math.max(most, ++running);
      runs++;
      await new Promise((resolve) => setTimeout(resolve, 300));
      running--;
      if (runs === 1) throw new Error('first');
    },
    (error) => errors.push(error),
  );
  coalescer.trigger();
  await vi.advanceTimersByTimeAsync(100);
  coalescer.trigger();
  coalescer.trigger();
  await vi.advanceTimersByTimeAsync(1000);
  expect([runs, most, errors.length]).toEqual([2, 1, 1]);
  await coalescer.stop();
  coalescer.trigger();
  await vi.advanceTimersByTimeAsync(1000);
  expect(runs).toBe(2);
});
