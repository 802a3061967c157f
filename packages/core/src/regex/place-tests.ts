import type { Place } from './ast.ts';
import { WORD_BYTE } from './byte-set.ts';
import { PLACE_CODES } from './program.ts';

type PlaceTest = (text: string, position: number) => boolean;

const TESTS: Readonly<Record<Place, PlaceTest>> = {
  start: (_, position) => position === 0,
  end: (text, position) => position === text.length,
  finalEnd: (text, position) => position === text.length || (position === text.length - 1 && isNewline(text, position)),
  lineStart: (text, position) => position === 0 || (position < text.length && isNewline(text, position - 1)),
  lineEnd: (text, position) => position === text.length || isNewline(text, position),
  word: (text, position) => isWord(text, position - 1) !== isWord(text, position),
  notWord: (text, position) => isWord(text, position - 1) === isWord(text, position),
};

const PLACE_TESTS: readonly PlaceTest[] = PLACE_CODES.map((place) => TESTS[place]);

/** Whether a position of a text is the place that a program has a code for. */
export function isPlace(code: number, text: string, position: number): boolean {
  return PLACE_TESTS[code]?.(text, position) === true;
}

function isNewline(text: string, position: number): boolean {
  return text.charCodeAt(position) === 10;
}

function isWord(text: string, position: number): boolean {
  return position >= 0 && WORD_BYTE[text.charCodeAt(position)] === 1;
}
