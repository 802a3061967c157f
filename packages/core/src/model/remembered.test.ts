import { expect, test, vi } from 'vitest';
import { Remembered } from './remembered.ts';

test('what is made of the same inputs is made once', () => {
  const remembered = new Remembered<object>();
  const make = vi.fn(() => ({}));
  const [a, b] = [{}, {}];
  const first = remembered.of([a, 'x', b], make);
  expect(remembered.of([a, ['x'].join(''), b], make)).toBe(first);
  expect(make).toHaveBeenCalledTimes(1);
  for (const inputs of [[a, 'y', b], [a, 'y'], [a, 'y', {}], []]) remembered.of(inputs, make);
  expect(make).toHaveBeenCalledTimes(5);
});
