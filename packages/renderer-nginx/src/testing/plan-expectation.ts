import { isFramingHeader } from '@sluice/core';
import type { HeaderEdit } from '@sluice/core';
import type { Line } from './plan-wire.ts';

/** Headers of answers of which nginx keeps one line only: another one replaces it. */
const SINGLE: ReadonlySet<string> = new Set(['content-type', 'date', 'etag', 'last-modified', 'location', 'server']);

/** Lines after edits, as the Node data plane makes them (`header-edits.ts`); what nginx cannot is in `SINGLE` and in empty values. */
export function edited(lines: readonly Line[], edits: readonly HeaderEdit[], status: number): readonly Line[] {
  return edits
    .filter(({ statuses }) => statuses?.includes(status) !== false)
    .reduce((before: readonly Line[], { op, name, value }) => {
      const line: Line = [name, value.replace(/[^\t\x20-\x7e\x80-\xff]/g, '').trim()];
      const others = before.filter(([other]) => !isOf(name, other));
      const adds = line[1] !== '' && op !== 'remove';
      const kept = op === 'add' && (line[1] === '' || !SINGLE.has(name.toLowerCase())) ? before : others;
      return adds ? [...kept, line] : kept;
    }, lines);
}

function isOf(name: string, other: string): boolean {
  if (!name.endsWith('*')) return name.toLowerCase() === other.toLowerCase();
  return other.toLowerCase().startsWith(name.slice(0, -1).toLowerCase()) && !isFramingHeader(other);
}

/** Values by name in lower case, for comparisons in which the order of names does not matter. Empty lines are left out. */
export function byName(lines: readonly Line[], without: readonly string[] = []): Record<string, readonly string[]> {
  const found: Record<string, string[]> = {};
  for (const [name, value] of lines) {
    const key = name.toLowerCase();
    if (value !== '' && !without.includes(key)) (found[key] ??= []).push(value);
  }
  return Object.fromEntries(Object.entries(found).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Several lines of a name as one, as a location sends a header that steps may change. */
export function joined(lines: readonly Line[], names: ReadonlySet<string>): readonly Line[] {
  const made: Line[] = [];
  for (const [name, value] of lines) {
    const at = made.findIndex(([other]) => other.toLowerCase() === name.toLowerCase());
    const before = made[at];
    if (before !== undefined && names.has(name.toLowerCase())) made[at] = [before[0], `${before[1]}, ${value}`];
    else made.push([name, value]);
  }
  return made;
}

/** Blanks and controls of a Location as escapes. */
export function escapedLocation(location: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what this looks for
  return location.replace(/[\x00-\x20\x7f]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}
