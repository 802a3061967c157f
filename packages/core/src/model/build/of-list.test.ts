import { expect, test } from 'vitest';
import { OfList } from './of-list.ts';

test('the result is made again only for other items', () => {
  const [a, b] = [{}, {}];
  let made = 0;
  const count = new OfList((items: readonly object[]) => ({ made: ++made, items: items.length }));
  const first = count.of([a, b]);
  expect(count.of([a, b])).toBe(first);
  expect([count.of([b, a]), count.of([b]), count.of([]), count.of([])]).toEqual([
    { made: 2, items: 2 },
    { made: 3, items: 1 },
    { made: 4, items: 0 },
    { made: 4, items: 0 },
  ]);
});
