import { expect, test } from 'vitest';
import { shortened } from './shortened-reasons.ts';

test('many reasons are cut short', () => {
  const reasons = Array.from({ length: 25 }, (_, index) => `reason ${index}`);
  expect(shortened(reasons)).toEqual([...reasons.slice(0, 20), 'and 5 more']);
  expect(shortened(reasons.slice(5))).toEqual(reasons.slice(5));
});
