import { expect, test } from 'vitest';
import { everyDirective, parseConfiguration } from './configuration-lexer.ts';

const words = (text: string): readonly (readonly string[])[] =>
  [...everyDirective(parseConfiguration(text))].map(({ name, args }) => [name.text, ...args.map((word) => word.text)]);

test('directives, blocks, comments and quotes', () => {
  const text = 'a 1; # x { "\nb "c \\" \\n; }" \'d"\' { e; f ${x}y "" { g\\;h; } }\n';
  expect(words(text)).toEqual([['a', '1'], ['b', 'c " \n; }', 'd"'], ['e'], ['f', '${x}y', ''], ['g\\;h']]);
});

test('Lua is a text of its own', () => {
  const [directive] = parseConfiguration('access_by_lua_block { if x then y { 1 } end; z() }');
  expect(directive).toMatchObject({ code: 'if x then y { 1 } end; z()' });
});

test('a comment ends with its line, and a # inside a word is none', () => {
  expect(words('a b#c; # d;\ne;')).toEqual([['a', 'b#c'], ['e']]);
});

test.each(['a', 'a {', '}', 'a "b;', 'a "b"c;', '; a;', 'x_by_lua_block { {}'])('nginx refuses %s', (text) => {
  expect(() => parseConfiguration(text)).toThrow(/^line \d+: /);
});

test('lines are known', () => {
  const [, second] = parseConfiguration('a;\n\nb "\n";\n');
  expect(second?.line).toBe(3);
});
