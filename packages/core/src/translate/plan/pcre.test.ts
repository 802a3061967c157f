import { describe, expect, test } from 'vitest';
import { literalPattern, pcre } from './pcre.ts';

const plain = { ignoreCase: false, anchored: false };

describe('patterns for PCRE', () => {
  test('groups lose their names, which proxies would make variables of', () => {
    expect(pcre("/(?<host>a)/(?P<x>b)/(?'y'c)", plain)).toBe('/(a)/(b)/(c)');
  });

  test.each(['/\\Q[\\E(?<host>a)]', '/(?#[)(?<host>a)(?#])', '/\\c[(?<host>a)]', '/(?x)#[\n(?<host>a)#]'])(
    'a bracket that begins no class hides no name: %j',
    (pattern) => {
      expect(pcre(pattern, plain)).toBe(pattern.replace('?<host>', ''));
    },
  );

  test('what only looks like a group with a name stays', () => {
    expect(pcre('\\(?<a>[(?<b>]+(?<=c)(?<!d)', plain)).toContain('\\(?<a>[(?<b>]+(?<=c)(?<!d)');
  });

  test('begin at the start where they are anchored, and say themselves that case does not matter where nothing else does', () => {
    expect(pcre('/foo', { ignoreCase: true, anchored: true })).toBe('^/foo');
    expect(pcre('/foo', { ignoreCase: true, anchored: false, inline: true })).toBe('(?i)/foo');
  });

  test('one that may try too many ways carries a limit of steps', () => {
    expect(pcre('(a+)+$', plain)).toMatch(/^\(\*LIMIT_MATCH=\d+\)\(a\+\)\+\$$/);
  });

  test('characters beyond ASCII are their bytes', () => {
    expect(pcre('/é', plain)).toBe('/Ã©');
  });

  test('a literal text means nothing but itself', () => {
    expect(literalPattern('/a.b{2}$')).toBe('/a\\x2eb\\x7b2\\x7d\\x24');
  });
});
