import { expect, test } from 'vitest';
import { parseConfiguration } from './configuration-lexer.ts';
import { dangerous, shapesOf, unaffected } from './structure.ts';

const of = (text: string): readonly string[] => dangerous(parseConfiguration(text), /^sluice_/);

test('poison is harmless inside quotes only', () => {
  expect(of('a "p0iz0n; }" b;')).toEqual([]);
  expect(of('a p0iz0n/x;')).toEqual([]);
  expect(of('a p0iz0n\\;x;')).toEqual([String.raw`line 1: not quoted "p0iz0n\\;x"`]);
  expect(of('a "${sluice_dollar}host p0iz0n$";')).toEqual([]);
  expect(of('a "$host p0iz0n";')).toEqual(['line 1: the variable host in "$host p0iz0n"']);
  expect(of('x_by_lua_block { p0iz0n() }')).toEqual(['line 1: Lua "p0iz0n()"']);
});

test('shapes are names below names, without the entries of maps', () => {
  const shapes = shapesOf(parseConfiguration('http { server { listen 1; } map $a $b { x y; } } events {}'));
  expect([...shapes]).toEqual(['http', 'http > server', 'http > server > listen', 'http > map', 'events']);
});

test('what belongs to a victim is left out of the comparison', () => {
  const text = 'http { server { server_name victim-1.test; } server { server_name other.test; } map "p0iz0n" $x {} }';
  expect(unaffected(parseConfiguration(text))).toEqual(['"server" { "server_name" "other.test" }']);
});
