import { describe, expect, test } from 'vitest';
import { parseSnippet } from './directive.ts';

const words = (text: string) => {
  const parsed = parseSnippet(text);
  return parsed.ok
    ? parsed.directives.map(({ name, args, block }) => [name, ...args, ...(block === undefined ? [] : [block.length])])
    : parsed.reason;
};

describe('nginx syntax', () => {
  test.each<[string, unknown]>([
    ['', []],
    ['# nothing ; here', []],
    ['a;', [['a']]],
    ['a b c;\n  d;', [['a', 'b', 'c'], ['d']]],
    ['a "b c" \'d "e"\';', [['a', 'b c', 'd "e"']]],
    ['a "b \\" c" d\\;e;', [['a', 'b " c', 'd\\;e']]],
    ['a "x\\ty" ^/\\.git;', [['a', 'x\ty', '^/\\.git']]],
    ['a b#c; # d\ne;', [['a', 'b#c'], ['e']]],
    ['a ${b}c{ d; }', [['a', '${b}c', 1]]],
    ['if ($a = "b") { c; }', [['if', '($a', '=', 'b', ')', 1]]],
    ['a"b";', [['a"b"']]],
    ['a;b;}', 'there is a } without {'],
    ['a { b;', 'a } is missing'],
    ['a b', 'a ; is missing after "a b"'],
    ['a }', 'a ; is missing after "a"'],
    ['a { b }', 'a ; is missing after "b"'],
    ['; a;', 'there is nothing before a ;'],
    ['a "b;', 'a quote is not closed'],
    ['a "b"c;', 'there is no blank after "\\"b\\""'],
    ['a \\', 'a ; is missing after "a \\\\"'],
  ])('%j', (text, expected) => {
    expect(words(text)).toEqual(expected);
  });

  test('has bounds', () => {
    expect(words('a;'.repeat(1001))).toBe('there are more than 1000 directives');
    expect(words('a {'.repeat(20))).toBe('blocks are nested too deeply');
    expect(words('a'.repeat(70_000))).toMatch(/longer than/);
    expect(words(`a ${' #\n'.repeat(20_000)};`)).toEqual([['a']]);
  });
});
