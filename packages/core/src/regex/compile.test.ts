import { describe, expect, test } from 'vitest';
import { compilePattern } from './compile.ts';
import type { PathPattern } from './compile.ts';

function compiled(source: string, anchoredStart = true): PathPattern {
  const result = compilePattern(source, { ignoreCase: true, anchoredStart });
  if (!result.ok) throw new Error(result.reason);
  return result.pattern;
}

/** Answers of PCRE2 for `(?i)` and the pattern. */
const matches: readonly [pattern: string, text: string, captures: readonly string[] | undefined][] = [
  ['/something(/|$)(.*)', '/something/a/b', ['/something/a/b', '/', 'a/b']],
  ['/something(/|$)(.*)', '/SOMETHING', ['/SOMETHING', '', '']],
  ['/something(/|$)(.*)', '/somethingelse', undefined],
  ['/v[0-9]+/x', '/v12/xyz', ['/v12/x']],
  ['/foo/bar/[a-z]{3}', '/foo/bar/bar', ['/foo/bar/bar']],
  ['/(a)|/(b)', '/b', ['/b', '', 'b']],
  ['/(?:(a)|b)+', '/ab', ['/ab', 'a']],
  ['/(a|b)*/c', '/aba/c', ['/aba/c', 'a']],
  ['/((?!api|static).*)', '/other/x', ['/other/x', 'other/x']],
  ['/((?!api|static).*)', '/api/x', undefined],
  ['/[]a]+', '/]a', ['/]a']],
  ['/[^]]+', '/ab]', ['/ab']],
  ['/[[:digit:]-]+x', '/1-2x', ['/1-2x']],
  ['/\\Qa.b\\E$', '/a.b', ['/a.b']],
  ['/\\Qa.b\\E$', '/axb', undefined],
  ['/a\\hb', '/a b', ['/a b']],
  ['/a$', '/a\n', ['/a']],
  ['/a\\z', '/a\n', undefined],
  ['/a.b', '/a\rb', ['/a\rb']],
  ['/(?-i)ab', '/AB', undefined],
  ['/(?-i:a)b', '/aB', ['/aB']],
  ['/a{x}', '/a{x}', ['/a{x}']],
  ['/é', '/\xc3\xa9', ['/\xc3\xa9']],
  ['/(?P<name>x+)y', '/xxy', ['/xxy', 'xx']],
  ['/k', '/\u212a', undefined],
  ['/\\x2fa', '//a', ['//a']],
];

describe('a pattern matches as PCRE matches it', () => {
  test.each(matches)('%j on %j', (pattern, text, captures) => {
    expect(compiled(pattern).match(text)).toEqual(captures);
    expect(compiled(pattern).test(text)).toBe(captures !== undefined);
  });

  test('anywhere in the text unless it is anchored', () => {
    expect(compiled('/b', false).match('/a/b')).toEqual(['/b']);
    expect(compiled('/b').match('/a/b')).toBeUndefined();
    expect(compiled('a|/b').match('/xa')).toBeUndefined();
  });
});

describe('a pattern that cannot be matched so is refused with its reason', () => {
  test.each([
    ['/foo(', 'it has a missing ) at character 5'],
    ['/foo)', 'it has an unmatched ) at character 4'],
    ['/[a', 'it has a missing ] at character 3'],
    ['/*+', 'it has a possessive quantifier at character 3'],
    ['*', 'it has * with nothing to repeat at character 1'],
    ['/(?>a+)', 'it has an atomic group at character 4'],
    ['/(a)\\1', 'it has a back reference at character 6'],
    ['/\\p{L}', 'it has \\p, which is not supported, at character 3'],
    ['/(?=a.*b.*c.*d)x', 'it has a look-ahead or look-behind beside repetitions that could take too long'],
    ['/a{,3}', 'it has a quantifier without its lower number (versions of PCRE differ on it) at character 6'],
    ['/a{3,2}', 'it has a quantifier with its numbers out of order at character 7'],
    ['/[z-a]', 'it has a range out of order at character 5'],
  ])('%s', (source, reason) => {
    expect(compilePattern(source, { ignoreCase: true, anchoredStart: true })).toEqual({ ok: false, reason });
  });
});

describe('no pattern takes long', () => {
  test.each(['/(a+)+$', '/(a|aa)+$', '/(.*)*x', '/.*.*.*.*x', '/(([a-z])+.)+[A-Z]([a-z])+$', '/a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?b'])(
    '%s goes to the linear engine and finds nothing',
    (source) => {
      const pattern = compiled(source);
      const text = `/${'a'.repeat(8000)}!`;
      expect(pattern.engineFor(text.length)).toBe('linear');
      expect(pattern.test(text)).toBe(false);
    },
  );

  test('usual patterns on usual paths are left to the engine of JavaScript', () => {
    expect(compiled('/something(/|$)(.*)').engineFor(200)).toBe('backtracking');
    expect(compiled('/api/(.*)/v1/(.*)').engineFor(200)).toBe('backtracking');
  });
});

/** A small generator with a fixed seed, so that a failure can be repeated. */
function* draws(seed: number): Generator<number> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    yield state / 0x80000000;
  }
}

test('both engines agree on random patterns and texts', () => {
  const random = draws(7);
  const below = (limit: number): number => Math.floor((random.next().value ?? 0) * limit);
  const pick = (from: readonly string[]): string => from[below(from.length)] ?? '';
  const piece = (): string => pick(['a', 'b', '/', '[ab]', '.', '(a|b)', '(/|$)', '[^/]+', '(.*)', 'a{1,2}', '(?:ab)?', 'b*', '$']);
  for (let round = 0; round < 2000; round++) {
    const source = `/${Array.from({ length: 1 + below(5) }, piece).join('')}`;
    const text = `/${Array.from({ length: below(8) }, () => pick(['a', 'b', '/', 'A'])).join('')}`;
    const pattern = compiled(source);
    const long = `${text}${' '.repeat(200_000)}`;
    expect([source, pattern.engineFor(text.length)]).toEqual([source, 'backtracking']);
    if (pattern.engineFor(long.length) !== 'linear' || source.includes('$') || source.includes('.') || source.includes('^')) continue;
    expect([source, text, pattern.match(long)]).toEqual([source, text, pattern.match(text)]);
  }
});
