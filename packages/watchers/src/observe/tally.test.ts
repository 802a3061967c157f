import { expect, test } from 'vitest';
import { Tally } from './tally.ts';

test('counts by labels, and knows of what has not happened yet', () => {
  const tally = new Tally({ outcome: 'written' });
  tally.add({ outcome: 'failed' });
  tally.add({ outcome: 'failed' });
  expect(tally.samples()).toEqual([
    { value: 0, labels: { outcome: 'written' } },
    { value: 2, labels: { outcome: 'failed' } },
  ]);
});
