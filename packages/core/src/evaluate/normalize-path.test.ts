import { expect, test } from 'vitest';
import { normalizePath, splitTarget } from './normalize-path.ts';

test.each([
  ['/', '/'],
  ['/foo', '/foo'],
  ['//foo//x', '/foo/x'],
  ['/a/../foo', '/foo'],
  ['/foo/./bar', '/foo/bar'],
  ['/foo/.', '/foo/'],
  ['/foo/..', '/'],
  ['/foo/bar/..', '/foo/'],
  ['/...', '/...'],
  ['/.hidden', '/.hidden'],
  ['/%66oo', '/foo'],
  ['/foo%2Fx', '/foo/x'],
  ['/foo/..%2fbar', '/bar'],
  ['/%2e%2e/x', undefined],
  ['/%252e', '/%2e'],
  ['/a%3Fb', '/a?b'],
  ['/a%20b', '/a b'],
  ['/../x', undefined],
  ['/a%00b', undefined],
  ['/a%zz', undefined],
  ['/a%2', undefined],
  ['*', undefined],
  ['', undefined],
])('%s is matched as %s', (path, expected) => {
  expect(normalizePath(path)).toBe(expected);
});

test('a target is split at its query, a fragment is cut off', () => {
  expect(splitTarget('/a?b=/c#d')).toEqual({ path: '/a', query: '?b=/c' });
  expect(splitTarget('/a#b?c')).toEqual({ path: '/a', query: '' });
});
