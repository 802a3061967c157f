import { expect, test } from 'vitest';
import { mergeLayers } from './layers.ts';
import type { Layer } from './layers.ts';

const layer = (name: string, tree: Layer['tree']): Layer => ({ source: (path) => `${name} ${path}`, tree });

test('later layers win value by value, and each value knows its source', () => {
  const merged = mergeLayers([layer('file', { a: { x: 1, y: 2 }, b: 1 }), layer('flag', { a: { y: 3 } })]);
  expect(merged.tree).toEqual({ a: { x: 1, y: 3 }, b: 1 });
  expect(Object.fromEntries(merged.sources)).toEqual({ 'a.x': 'file a.x', 'a.y': 'flag a.y', b: 'file b' });
});

test('lists are replaced, not joined', () => {
  const { tree } = mergeLayers([layer('file', { list: [1, 2] }), layer('flag', { list: [3] })]);
  expect(tree).toEqual({ list: [3] });
});

test('what a layer does not set leaves the value below', () => {
  const { tree, sources } = mergeLayers([layer('file', { a: 1 }), layer('flag', { a: undefined, b: { c: undefined } })]);
  expect(tree).toEqual({ a: 1, b: {} });
  expect([...sources.keys()]).toEqual(['a']);
});

test('null and false are values', () => {
  const { tree } = mergeLayers([layer('file', { a: 1, b: { c: 1 } }), layer('flag', { a: null, b: { c: false } })]);
  expect(tree).toEqual({ a: null, b: { c: false } });
});

test('a section over a value, and a value over a section', () => {
  const { tree } = mergeLayers([layer('file', { a: 1, b: { c: 1 } }), layer('flag', { a: { x: 1 }, b: 2 })]);
  expect(tree).toEqual({ a: { x: 1 }, b: 2 });
});
