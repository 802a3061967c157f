import { closest, distance } from 'fastest-levenshtein';

/** `(did you mean "listen"?)` for a misspelt name, or an empty text where nothing is near. */
export function didYouMean(wrong: string, valid: readonly string[]): string {
  if (valid.length === 0) return '';
  const nearest = closest(wrong, [...valid]);
  return distance(wrong, nearest) <= Math.max(2, Math.floor(wrong.length / 3)) ? ` (did you mean ${JSON.stringify(nearest)}?)` : '';
}
