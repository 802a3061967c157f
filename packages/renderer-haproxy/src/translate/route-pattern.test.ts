import { compilePattern } from '@sluice/core';
import { expect, test } from 'vitest';
import { patternKey, patternMap, routePattern } from './route-pattern.ts';

const digest = 'ab'.repeat(12);
const of = (path: string, more: { readonly ignoreCase?: boolean; readonly anywhere?: true } = {}) =>
  routePattern({ kind: 'regex', path, ignoreCase: more.ignoreCase ?? true, ...(more.anywhere && { anywhere: more.anywhere }) }, 3, 'plan');

test.each([
  ['/api(/|$)(.*)', '(?i:/api(/|$)(.*))'],
  ['/a[|]b', '(?i:/a[|]b)'],
  [String.raw`/a\|b`, String.raw`(?i:/a\|b)`],
  [String.raw`/((a|b)|c)\d+`, String.raw`(?i:/((a|b)|c)\d+)`],
  ['/a b', String.raw`(?i:/a\x20b)`],
])('%s is looked for in a map, behind the digest of its host', (path, pattern) => {
  const one = of(path);
  expect(one).toEqual({ kind: 'mapped', position: 3, pattern, plan: 'plan' });
  expect(one.kind === 'mapped' && patternKey(digest, one)).toBe(`^${digest}${pattern}`);
});

test('case counts where it is meant to', () => {
  expect(of('/a', { ignoreCase: false })).toMatchObject({ kind: 'mapped', pattern: '(?:/a)' });
});

test.each([
  ['a way that may begin anywhere', '/a|/b', '^/a|/b'],
  ['the beginning of the text', '/a(?:^)b', '^/a(?:^)b'],
  ['what is before', String.raw`/a\b.*`, String.raw`^/a\b.*`],
])('%s is looked for in the path alone', (_, path, pattern) => {
  expect(of(path)).toEqual({ kind: 'found', position: 3, pattern: { pattern, ignoreCase: 1 }, plan: 'plan' });
});

test('an expression that begins anywhere is looked for in the path alone', () => {
  expect(of('x', { ignoreCase: false, anywhere: true })).toEqual({ kind: 'found', position: 3, pattern: { pattern: 'x' }, plan: 'plan' });
});

test('an expression that can give up is looked for where that is noticed', () => {
  const path = '/(a|a?)+(?=b)c*x';
  expect(compilePattern(path, { ignoreCase: true, anchoredStart: true }).ok).toBe(true);
  expect(of(path)).toMatchObject({ kind: 'found', pattern: { pattern: expect.stringMatching(/^\(\*LIMIT_MATCH=\d+\)\^/) } });
});

test('a host has one map, by the beginning of its digest', () => {
  expect([patternMap('00ff'), patternMap('3fff'), patternMap('40ff'), patternMap('ffff')]).toEqual([0, 63, 0, 63]);
});
