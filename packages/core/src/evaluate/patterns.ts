import { compilePattern } from '../regex/compile.ts';
import type { PathPattern } from '../regex/compile.ts';

interface PatternOptions {
  readonly ignoreCase: boolean;
  readonly anchoredStart: boolean;
}

/** Compiled patterns; the model has each checked before it gets here. Bounded, so that changing configurations do not pile up. */
const compiled = new Map<string, PathPattern>();
const MAX_COMPILED = 10_000;

/** The matcher of a pattern of the model. Throws a RangeError for one that does not compile, which the model does not have. */
export function patternOf(source: string, options: PatternOptions): PathPattern {
  const key = `${options.ignoreCase ? 'i' : ''}${options.anchoredStart ? '^' : ''} ${source}`;
  let pattern = compiled.get(key);
  if (pattern === undefined) {
    const result = compilePattern(source, options);
    if (!result.ok) throw new RangeError(`the pattern ${JSON.stringify(source)} does not compile: ${result.reason}`);
    pattern = result.pattern;
    if (compiled.size >= MAX_COMPILED) compiled.clear();
    compiled.set(key, pattern);
  }
  return pattern;
}
