import { expect, test } from 'vitest';
import { endingOf } from './ending.ts';

const ports = '1 and 2';

test.each([0, 1, 143])('a stop that was wished for is a success without a word, whatever the status (%s)', (status) => {
  expect(endingOf({ status, wished: true, ports })).toEqual({ status: 0 });
});

test('a stop that was wished for and took too long is a success, and says so', () => {
  expect(endingOf({ status: null, wished: true, ports })).toEqual({ status: 0, message: 'Sluice was stopped before it had drained.' });
});

test.each([
  [0, 1, /unexpectedly with status 0/],
  [1, 1, /unexpectedly with status 1/],
  [null, 1, /unexpectedly by a signal/],
  [3, 3, /could not start.*1 and 2/],
])('an end that nobody wished for is a failure (%s)', (status, expected, message) => {
  expect(endingOf({ status, wished: false, ports })).toEqual({ status: expected, message: expect.stringMatching(message) });
});
