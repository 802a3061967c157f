import { expect, test } from 'vitest';
import { stubStatus } from './stub-status.ts';

test('reads as the page of nginx', () => {
  expect(stubStatus({ acceptedConnections: 5, activeConnections: 2, requests: 9 })).toBe(
    'Active connections: 2 \nserver accepts handled requests\n 5 5 9 \nReading: 0 Writing: 2 Waiting: 0 \n',
  );
});
