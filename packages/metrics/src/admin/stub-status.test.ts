import { expect, test } from 'vitest';
import { stubStatus } from './stub-status.ts';

test('reads as the page of nginx', () => {
  expect(stubStatus({ acceptedConnections: 5, activeConnections: 2, requests: 9 })).toBe(
    'Active connections: 2 \nserver accepts handled requests\n 5 5 9 \nReading: 0 Writing: 2 Waiting: 0 \n',
  );
  expect(stubStatus({ acceptedConnections: 5, activeConnections: 4, requests: 9, states: { reading: 0, writing: 1, waiting: 3 } })).toBe(
    'Active connections: 4 \nserver accepts handled requests\n 5 5 9 \nReading: 0 Writing: 1 Waiting: 3 \n',
  );
});
