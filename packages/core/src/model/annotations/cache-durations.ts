import type { CacheDuration } from '../policy/external-auth.ts';
import type { Parsed } from './annotation.ts';
import { listOf } from './value-parsers.ts';

const DAY_MS = 86_400_000;
const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: DAY_MS,
  w: 7 * DAY_MS,
  M: 30 * DAY_MS,
  y: 365 * DAY_MS,
};

/** What holds where nothing is said. */
export const standardDurations: readonly CacheDuration[] = [{ statuses: [200, 202, 401], ms: 300_000 }];

/** Elements `[statuses] duration`, as nginx `proxy_cache_valid` takes them. */
export function cacheDurations(text: string): Parsed<readonly CacheDuration[]> {
  if (!/^[\w\-.~/:, ]*$/.test(text)) return { ok: false, reason: 'only statuses and durations are allowed', outcome: 'drop-group' };
  const parsed = listOf(element)(text);
  return parsed.ok && parsed.value.length === 0 ? { ok: true, value: standardDurations } : parsed;
}

function element(text: string): Parsed<CacheDuration> {
  const words = text.split(/\s+/);
  const ms = durationOf(words.pop() ?? '');
  if (ms === undefined) return { ok: false, reason: 'it must end with a duration such as 5m' };
  if (words.length === 0) return { ok: true, value: { statuses: [200, 301, 302], ms } };
  if (words.includes('any')) return { ok: true, value: { statuses: 'any', ms } };
  if (words.some((word) => !/^[1-5]\d\d$/.test(word))) return { ok: false, reason: 'only statuses may stand before the duration' };
  return { ok: true, value: { statuses: words.map(Number), ms } };
}

/** One or several numbers with units, such as `1h30m`. */
function durationOf(text: string): number | undefined {
  if (!/^(?:\d{1,9}(?:ms|[smhdwMy]))+$/.test(text)) return undefined;
  return [...text.matchAll(/(\d+)(ms|[smhdwMy])/g)].reduce((sum, [, count, unit = '']) => sum + Number(count) * (UNITS[unit] ?? 0), 0);
}
