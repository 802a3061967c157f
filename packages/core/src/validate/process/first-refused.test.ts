import { expect, test } from 'vitest';
import { firstRefused } from './first-refused.ts';

function looking(first: number, asked: number[]) {
  return async (count: number): Promise<string | undefined> => {
    asked.push(count);
    return count >= first ? `refused ${first}` : undefined;
  };
}

test('the first part that is at fault is found in few looks', async () => {
  const asked: number[] = [];
  const found = await firstRefused({ parts: 1000, ask: looking(321, asked), isCertain: () => false, timeLeft: () => true });
  expect(found).toEqual({ count: 321, answer: 'refused 321' });
  expect(asked.length).toBeLessThanOrEqual(11);
});

test('nothing is found where nothing is at fault, and when time is up', async () => {
  expect(await firstRefused({ parts: 8, ask: looking(9, []), isCertain: () => false, timeLeft: () => true })).toBeUndefined();
  expect(await firstRefused({ parts: 8, ask: looking(2, []), isCertain: () => false, timeLeft: () => false })).toBeUndefined();
});

test('an answer that tells what is at fault ends the search', async () => {
  const asked: number[] = [];
  await firstRefused({ parts: 1000, ask: looking(2, asked), isCertain: () => true, timeLeft: () => true });
  expect(asked).toEqual([500]);
});
