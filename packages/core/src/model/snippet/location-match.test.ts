import { expect, test } from 'vitest';
import { readLocationMatch } from './location-match.ts';

test.each([
  [['/x'], { kind: 'prefix', path: '/x' }],
  [['=', '/x'], { kind: 'exact', path: '/x' }],
  [['^~', '/é'], { kind: 'prefix', path: '/Ã©' }],
  [['~', '\\.php$'], { kind: 'regex', path: '\\.php$', ignoreCase: false, anywhere: true }],
  [['~*', '^/x'], { kind: 'regex', path: '^/x', ignoreCase: true, anywhere: true }],
  [[], 'it takes a path'],
  [['=', '/x', '/y'], 'it takes a path'],
  [['@name'], 'only paths and expressions (~ and ~*) are supported'],
  [['!', '/x'], 'only paths and expressions (~ and ~*) are supported'],
])('location %j', (args, expected) => {
  expect(readLocationMatch(args)).toEqual(expected);
});

test('an expression that does not compile has a reason', () => {
  expect(readLocationMatch(['~', '('])).toMatch(/^the pattern is not supported: /);
});
