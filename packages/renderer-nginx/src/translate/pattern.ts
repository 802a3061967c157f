import { compilePattern } from '@sluice/core';

/** The longest request line that nginx takes. */
const USUAL_LENGTH = 8192;

/** Steps after which PCRE gives a pattern up that could go on for long: some milliseconds. */
const MATCH_LIMIT = 100_000;

/** An escape, a class, or the head of a group with a name. */
const NAMED_GROUP = /\\[^]|\[\^?\]?(?:\\[^]|[^\]\\])*\]|\(\?(?:P?<|')(?![=!])\w+[>']/g;

export interface PatternStyle {
  readonly ignoreCase: boolean;
  /** It begins at the start of the text. */
  readonly anchored: boolean;
  /** Says in the pattern itself that case does not matter, for directives that have no other way. */
  readonly inline?: boolean;
}

/**
 * A pattern of the model as nginx gets it: bytes, and groups without names, because nginx makes variables of names. One that could try
 * many ways carries a limit of steps.
 */
export function pcre(source: string, { ignoreCase, anchored, inline = false }: PatternStyle): string {
  const bytes = Buffer.from(source, 'utf8').toString('latin1');
  const unnamed = bytes.replace(NAMED_GROUP, (found) => (found.startsWith('(?') ? '(' : found));
  const limit = isBounded(source, { ignoreCase, anchored }) ? '' : `(*LIMIT_MATCH=${MATCH_LIMIT})`;
  return `${limit}${inline && ignoreCase ? '(?i)' : ''}${anchored ? '^' : ''}${unnamed}`;
}

/** Whether PCRE ends in reasonable time whatever the text is. */
export function isBounded(source: string, { ignoreCase, anchored }: PatternStyle): boolean {
  const compiled = compilePattern(source, { ignoreCase, anchoredStart: anchored });
  return compiled.ok && compiled.pattern.engineFor(USUAL_LENGTH) === 'native';
}

/** A pattern that takes exactly this text, in bytes. */
export function literalPattern(bytes: string): string {
  return bytes.replace(/[^A-Za-z0-9/_\x80-\xff-]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
