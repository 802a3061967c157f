import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compilePattern } from './compile.ts';
import type { PathPattern } from './compile.ts';

interface Recorded {
  readonly pattern: string;
  readonly ignoreCase: boolean;
  readonly text: string;
  /** The captures, null where nothing matches, or that the pattern is invalid. */
  readonly answer: readonly string[] | null | 'invalid';
}

/** Answers of pcre2_match of PCRE2 10.42 with the options of an nginx location; an unset group is ''. */
const recorded = JSON.parse(readFileSync(new URL('fixtures/pcre2-answers.json', import.meta.url), 'utf8')) as readonly Recorded[];

/** A case with a name of its own that stays on a line. */
function named(item: Recorded): [name: string, item: Recorded] {
  return [`${JSON.stringify(item.pattern)} on ${JSON.stringify(item.text)}${item.ignoreCase ? ', ignoring case' : ''}`, item];
}

function compiled(source: string, anchoredStart = true): PathPattern {
  const result = compilePattern(source, { ignoreCase: true, anchoredStart });
  if (!result.ok) throw new Error(`${source}: ${result.reason}`);
  return result.pattern;
}

function reasonFor(source: string): string | undefined {
  const result = compilePattern(source, { ignoreCase: true, anchoredStart: true });
  return result.ok ? undefined : result.reason;
}

describe('a pattern answers as PCRE2 does', () => {
  const valid = recorded.filter(({ answer }) => answer !== 'invalid');

  test.each(valid.map(named))('%s', (_, { pattern, ignoreCase, text, answer }) => {
    const result = compilePattern(pattern, { ignoreCase, anchoredStart: false });
    if (!result.ok) expect(result.reason).toMatch(/bounded time|not supported/);
    else {
      expect(result.pattern.match(text) ?? null).toEqual(answer);
      expect(result.pattern.test(text)).toBe(answer !== null);
    }
  });

  test('and few of those patterns are refused', () => {
    const refused = valid.filter(({ pattern, ignoreCase }) => !compilePattern(pattern, { ignoreCase, anchoredStart: false }).ok);
    expect(refused.length / valid.length).toBeLessThan(0.2);
  });
});

test.each(recorded.filter(({ answer }) => answer === 'invalid').map(named))('%s is invalid, as for PCRE2', (_, { pattern, ignoreCase }) => {
  expect(compilePattern(pattern, { ignoreCase, anchoredStart: false }).ok).toBe(false);
});

test('an anchored pattern is read as with ^ in front: only its first alternative is anchored', () => {
  expect(compiled('/a|/b').match('/x/a')).toBeUndefined();
  expect(compiled('/a|/b').match('/x/b')).toEqual(['/b']);
  expect(compiled('/b', false).match('/a/b')).toEqual(['/b']);
});

test('characters that are no bytes match nothing', () => {
  for (const pattern of ['^.', '^[^a]', '^\\W', '^(?:.*)*.', 'k']) expect(compiled(pattern, false).test('\u212a')).toBe(false);
});

describe('a pattern that is refused says why', () => {
  test.each([
    ['/foo(', 'unmatched ( at character 5'],
    ['/é)', 'unmatched ) at character 3'],
    ['/[a', 'the class [ is not closed at character 2'],
    ['*', 'the quantifier has nothing to repeat at character 1'],
    ['/a**', 'the quantifier has nothing to repeat at character 4'],
    ['/[é]', 'a class holds a character that is not ASCII; paths are matched as bytes, so use (?:a|b) instead at character 3'],
    ['/[b-a]', 'a range in a class is out of order at character 3'],
    ['/[[:letter:]]', '[:letter:] is not a POSIX class at character 3'],
    ['/a{3,2}', 'the count {3,2} is out of order at character 3'],
    ['/(a)\\1', 'the back reference \\1 cannot be matched in bounded time at character 5'],
    ['/(?R)', 'recursion (?R), (?1), (?&name) cannot be matched in bounded time at character 2'],
    ['/(?(1)a)', 'a condition (?( is not supported at character 2'],
    ['/(*ACCEPT)', 'a verb or assertion by name (*...) is not supported, and * has nothing to repeat at character 2'],
    ['/(?Ca)', 'a callout (?C is not supported at character 2'],
    ['/\\p{L}', '\\p is not supported: paths are matched as bytes at character 2'],
    ['/a\\Kb', '\\K, which moves the start of a match, is not supported at character 3'],
    ['/(?>a*b?)c', 'an atomic group or possessive quantifier of this form cannot be matched in bounded time at character 2'],
    ['/(a{999}){999}', 'it cannot be matched in bounded time: its counts are too large'],
    ['/.*(a?){200}x', 'it cannot be matched in bounded time: use smaller counts, or no groups in lookaheads'],
    ['/'.repeat(8193), 'it is longer than 8192 characters'],
    [`/${'('.repeat(251)}`, 'parentheses are nested more than 250 deep at character 252'],
  ])('%s', (source, reason) => {
    expect(reasonFor(source)).toBe(reason);
  });
});

describe('no pattern takes long', () => {
  const pathological = [
    '(a+)+$',
    '(a|aa)+$',
    '(.*)*x',
    '.*.*.*.*x',
    '(([a-z])+.)+[A-Z]([a-z])+!$',
    '(?:a?){16}b',
    '(x|(a|(b)*)*)*y',
    '(?:(?=.*x).)*y',
    '([a-z0-9]{1,63}\\.)+com',
  ];

  test.each(pathological)('%s is left to the linear matcher and finds nothing', (source) => {
    const pattern = compiled(source, false);
    expect(pattern.engineFor(8192)).toBe('linear');
    expect(pattern.test(`${'a'.repeat(8000)}?`)).toBe(false);
    expect(pattern.test(`${'a'.repeat(65_000)}?`)).toBe(false);
  });

  test('usual patterns on usual paths are left to the expression of JavaScript', () => {
    for (const source of ['/something(/|$)(.*)', '/api/(.*)/v1/(.*)', '/((?!api|static).*)', '/v[0-9]+/(.*)$', '/(?i:a)/[^/]+/?']) {
      expect(compiled(source).engineFor(200)).toBe('native');
    }
    expect(compiled('/api/(.*)/v1/(.*)x').engineFor(8192)).toBe('linear');
  });
});
