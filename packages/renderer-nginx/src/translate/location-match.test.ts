import type { PathMatch, Route } from '@sluice/core';
import { builtIn } from '@sluice/core';
import { describe, expect, test } from 'vitest';
import { locationsOf } from './location-match.ts';

function locations(...matches: readonly PathMatch[]): unknown {
  const routes = matches.map((match): Route => ({
    match,
    action: { kind: 'respond', status: 404, because: '' },
    policies: [],
    from: builtIn,
  }));
  return locationsOf(routes).map((list) => list.map((args) => args.join(' ')));
}

const exact = (path: string): PathMatch => ({ kind: 'exact', path });
const prefix = (path: string): PathMatch => ({ kind: 'prefix', path });
const regex = (path: string): PathMatch => ({ kind: 'regex', path, ignoreCase: true });

describe('locations', () => {
  test('a prefix without its last slash takes the path itself and what is below it', () => {
    expect(locations(prefix('/foo'), prefix('/'))).toEqual([['= /foo', '/foo/'], ['/']]);
  });

  test('the path itself may be of another route', () => {
    expect(locations(exact('/foo'), prefix('/foo'), prefix('/'))).toEqual([['= /foo'], ['/foo/'], ['/']]);
  });

  test('expressions keep their order, and what comes before them does', () => {
    expect(locations(prefix('/healthz'), regex('/foo/.*'), regex('/foo'), prefix('/'))).toEqual([
      ['= /healthz', '^~ /healthz/'],
      ['~* ^/foo/.*'],
      ['~* ^/foo'],
      ['/'],
    ]);
  });

  test('expressions at any place come from server snippets', () => {
    expect(locations({ kind: 'regex', path: '\\.php$', ignoreCase: false, anywhere: true }, prefix('/'))).toEqual([['~ \\.php$'], ['/']]);
  });

  describe('behind an expression of a snippet', () => {
    const snippet: PathMatch = { kind: 'regex', path: '^/[a-f]oo', ignoreCase: true, anywhere: true };

    test('a prefix stays static when its own path comes before', () => {
      expect(locations(exact('/Foo'), snippet, prefix('/Foo'), prefix('/'))).toEqual([['= /Foo'], ['~* ^/[a-f]oo'], ['/Foo/'], ['/']]);
    });

    test('a prefix that has its own path as well is an expression: nginx would redirect that path to the one with a slash', () => {
      expect(locations(snippet, prefix('/Foo'), prefix('/'))).toEqual([['~* ^/[a-f]oo'], ['~ ^/Foo(?:/|\\z)'], ['/']]);
    });
  });

  test('an order that nginx would not keep becomes expressions', () => {
    expect(locations(regex('/a'), exact('/a'), prefix('/'))).toEqual([['~* ^/a'], ['~ ^/a\\z'], ['/']]);
  });

  test('an exact path with a last slash is static where the one without has a route', () => {
    expect(locations(exact('/foo/'), exact('/foo'), prefix('/'))).toEqual([['= /foo/'], ['= /foo'], ['/']]);
    expect(locations(exact('/foo/'), prefix('/'))).toEqual([['~ ^/foo/\\z'], ['/']]);
  });

  test('nginx cannot keep the length of a long static path', () => {
    const long = `/${'a'.repeat(300)}`;
    expect(locations(exact('/x'), prefix(long), prefix('/'))).toEqual([['~ ^/x\\z'], [`~ ^${long}(?:/|\\z)`], ['/']]);
  });
});
