import { compilePattern } from '../../regex/compile.ts';
import type { PathPattern } from '../../regex/compile.ts';

/** The longest request line that proxies take unless they are told otherwise. */
const USUAL_LENGTH = 8192;

/** Steps after which PCRE gives a pattern up that could go on for long: some milliseconds. */
const MATCH_LIMIT = 100_000;

export interface PatternStyle {
  readonly ignoreCase: boolean;
  /** It begins at the start of the text. */
  readonly anchored: boolean;
  /** Says in the pattern itself that case does not matter, for places that have no other way. */
  readonly inline?: boolean;
}

/** What takes no text. */
const NOTHING = '(?!)';

/**
 * A pattern of the model as a proxy with PCRE gets it: bytes, and groups without names, because proxies may make variables of names. One that
 * could try many ways carries a limit of steps. One that cannot be read, which no model has, takes nothing.
 */
export function pcre(source: string, { ignoreCase, anchored, inline = false }: PatternStyle): string {
  const compiled = compilePattern(source, { ignoreCase, anchoredStart: anchored });
  if (!compiled.ok) return NOTHING;
  const limit = isBounded(compiled.pattern) ? '' : `(*LIMIT_MATCH=${MATCH_LIMIT})`;
  return `${limit}${inline && ignoreCase ? '(?i)' : ''}${anchored ? '^' : ''}${compiled.pattern.nameless}`;
}

/** Whether PCRE ends in reasonable time whatever the text is. */
function isBounded(pattern: PathPattern): boolean {
  return pattern.engineFor(USUAL_LENGTH) === 'native';
}

/** A pattern that takes exactly this text, in bytes. */
export function literalPattern(bytes: string): string {
  return bytes.replace(/[^A-Za-z0-9/_\x80-\xff-]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
