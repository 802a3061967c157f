import { expect, test } from 'vitest';
import { JsonLines, parseJson } from './json-lines.ts';

test('a line may come in any number of pieces, and several in one', () => {
  const lines = new JsonLines();
  const bytes = Buffer.from('{"a":"ä"}\n{"b":1}\n\n{"c"');
  expect([...bytes].flatMap((byte) => lines.push(Buffer.of(byte)))).toEqual([{ a: 'ä' }, { b: 1 }]);
  expect(lines.push(Buffer.from(':2}\n3\n'))).toEqual([{ c: 2 }, 3]);
});

test('what is no JSON is an error that does not repeat it', () => {
  expect(() => parseJson('c2VjcmV0')).toThrow(/^the API server has sent 8 characters that are no JSON$/);
});
