import { expect, test } from 'vitest';
import { bencode, binary, byteString } from './bencode.ts';

test.each([
  [0, 'i0e'],
  [-0, 'i0e'],
  [-42, 'i-42e'],
  [Number.MAX_SAFE_INTEGER, 'i9007199254740991e'],
  ['', '0:'],
  ['a:b\n\0', '5:a:b\n\0'],
  ['\xff', '1:\xff'],
  [[], 'le'],
  [['a', 1, ['b']], 'l1:ai1el1:bee'],
  [{}, 'de'],
  [{ b: 1, a: 'x', B: undefined, '': [] }, 'd0:le1:a1:x1:bi1ee'],
])('%j', (value, text) => {
  expect(bencode(value)).toBe(text);
});

test.each([1.5, Infinity, NaN, 2 ** 53, '\u0100', { '\u0100': 1 }])('%j is refused', (value) => {
  expect(() => bencode(value)).toThrow(RangeError);
});

test('texts become bytes', () => {
  expect(binary('plain \xe9')).toBe('plain \xe9');
  expect(binary('\u0142')).toBe('\xc5\x82');
  expect(byteString(binary('\u0142'))).toBe('2:\xc5\x82');
});
