import type { Origin } from '@sluice/core';

/** A line of haproxy.cfg. Words are data: quoting belongs to the printer alone. */
export interface Line {
  readonly words: readonly string[];
  /** The object that is to blame when HAProxy refuses the line. */
  readonly from?: Origin | undefined;
}

/** A section of haproxy.cfg before it is printed. */
export interface SectionTree {
  /** What it is, for reasons of reloads. */
  readonly label: string;
  readonly derived?: true;
  /** It has ports of its own, which are open until HAProxy reads a configuration without it. */
  readonly listens?: true;
  /** Empty where the section before goes on. */
  readonly head: readonly string[];
  readonly lines: readonly Line[];
  readonly from?: Origin | undefined;
}

/** A line: `line('timeout', 'client', '60s')`. */
export function line(...words: readonly (string | number)[]): Line {
  return { words: words.map(String) };
}

/** Lines that are written as they are read, one a string, words apart by blanks: only for texts of our own. */
export function lines(...texts: readonly string[]): readonly Line[] {
  return texts.map((text) => ({ words: text.trim().split(/\s+/) }));
}

/** The line with an origin. */
export function blaming(from: Origin | undefined, one: Line): Line {
  return { ...one, from };
}
