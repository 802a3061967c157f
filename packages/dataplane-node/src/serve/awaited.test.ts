import { expect, test } from 'vitest';
import { limitMs } from './awaited.ts';

const server = { connectMs: 1, readMs: 2, sendMs: 3, idleClientMs: 4, headerMs: 5, drainTunnelsMs: 6 };
const route = { ...server, connectMs: 10, readMs: 20, sendMs: 30 };

test.each([
  ['connect', 10],
  ['upstream-read', 20],
  ['upstream-write', 30],
  ['gate', 2],
  ['request-body', 3],
  ['client-write', 3],
  ['drain', 3],
] as const)('%s has a limit of %d ms', (awaited, limit) => {
  expect(limitMs(awaited, server, route)).toBe(limit);
});

test('the body of a request has a limit of its own where the server has one', () => {
  expect(limitMs('request-body', { ...server, bodyMs: 7 }, route)).toBe(7);
});
