import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runProgram } from './linear-matcher.ts';
import { nativeSource } from './native-source.ts';
import { parsePattern } from './parse.ts';
import { buildProgram } from './program.ts';

const literal = fc.constantFrom('a', 'b', '/', '[ab]', '[^a]', '.', '\\w', '\\s', 'A', '[A-b]');
const place = fc.constantFrom('^', '$', '\\b', '\\B', '(?=a)', '(?!b)', '(?<=a)', '(?<!ab|b)', '(?m:^)', '(?m:$)', '\\z', '\\Z');
const quantifier = fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,3}', '{2,}', '*?', '+?', '??', '++');

const { pattern } = fc.letrec<{ pattern: string; item: string }>((tie) => ({
  pattern: fc
    .array(fc.array(tie('item'), { maxLength: 3 }), { minLength: 1, maxLength: 3 })
    .map((options) => options.map((items) => items.join('')).join('|')),
  item: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.tuple(literal, quantifier).map(([text, suffix]) => `${text}${suffix}`),
    place,
    fc
      .tuple(fc.constantFrom('(', '(?:', '(?i:', '(?='), tie('pattern'), quantifier)
      .map(([open, body, suffix]) => `${open}${body})${suffix}`),
  ),
}));

const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', 'A', '\n', '.', '\xe9'), maxLength: 10 });

/** The captures of the matcher, with '' for a group that is not set. */
function linear(root: Parameters<typeof buildProgram>[0], groups: number, input: string): readonly string[] | null {
  const captures = runProgram(buildProgram(root, groups), input);
  if (captures === undefined) return null;
  return Array.from({ length: groups + 1 }, (_, group) => input.slice(captures[2 * group], captures[2 * group + 1]));
}

test('answers as the expression of JavaScript does, where there is one', () => {
  let compared = 0;
  fc.assert(
    fc.property(pattern, fc.boolean(), fc.array(text, { minLength: 4, maxLength: 4 }), (source, ignoreCase, inputs) => {
      const { root, groups } = parsed(source, ignoreCase);
      const native = nativeSource(root, groups);
      if (native === undefined) return;
      compared += 1;
      for (const input of inputs) {
        const match = new RegExp(native).exec(input);
        const expected = match === null ? null : Array.from(match, (capture: string | undefined) => capture ?? '');
        expect(linear(root, groups, input)).toEqual(expected);
      }
    }),
    { seed: 20, numRuns: 1500 },
  );
  expect(compared).toBeGreaterThan(500);
});

/** A pattern, or one that matches nothing for the few that cannot be matched in bounded time. */
function parsed(source: string, ignoreCase: boolean): ReturnType<typeof parsePattern> {
  try {
    return parsePattern(source, { ignoreCase, anchoredStart: false });
  } catch {
    return parsePattern('(?!)', { ignoreCase, anchoredStart: false });
  }
}

test('keeps captures of a positive lookahead, takes them back on the way to another match, and has none of a negative one', () => {
  const answer = (source: string, input: string): readonly string[] | null => {
    const { root, groups } = parsed(source, false);
    return linear(root, groups, input);
  };
  expect(answer('(?=(a)(b)?)a', 'ab')).toEqual(['a', 'a', 'b']);
  expect(answer('(?:(?=(a))ax|ab)', 'ab')).toEqual(['ab', '']);
  expect(answer('(?!(a)c)ab', 'ab')).toEqual(['ab', '']);
});
