import { isIP } from 'node:net';
import type { FlagType, FlagValue } from './flag.ts';

const TRUE: ReadonlySet<string> = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const FALSE: ReadonlySet<string> = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);
const INTEGER = /^(?<sign>[+-]?)(?<digits>\d+|0[xX][\da-fA-F]+|0[oO][0-7]+|0[bB][01]+)$/;
const DURATION = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|ms|s|m|h))+$/;
const UNIT_MS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

const readers: Readonly<Partial<Record<FlagType, (text: string) => FlagValue | undefined>>> = {
  bool: (text) => (TRUE.has(text) ? true : FALSE.has(text) ? false : undefined),
  int: integer,
  uint32: natural,
  uint64: natural,
  float: (text) => (text.trim() === '' || !Number.isFinite(Number(text)) ? undefined : Number(text)),
  duration,
  ip: (text) => (isIP(text) === 0 ? undefined : text),
};

/** Reads a value as Go's flags do; undefined for what they do not take. Durations become milliseconds. */
export function parseFlagValue(type: FlagType, text: string): FlagValue | undefined {
  const read = readers[type];
  return read === undefined ? text : read(text);
}

function natural(text: string): number | undefined {
  const value = integer(text);
  return value !== undefined && value >= 0 ? value : undefined;
}

function integer(text: string): number | undefined {
  const { sign = '', digits } = INTEGER.exec(text)?.groups ?? {};
  return digits === undefined ? undefined : Number(digits) * (sign === '-' ? -1 : 1);
}

function duration(text: string): number | undefined {
  if (/^[+-]?0$/.test(text)) return 0;
  if (!DURATION.test(text)) return undefined;
  const parts = [...text.matchAll(/([\d.]+)([^\d.]+)/g)].map(([, number, unit]) => Number(number) * (UNIT_MS[unit ?? ''] ?? 0));
  return parts.reduce((sum, part) => sum + part, 0) * (text.startsWith('-') ? -1 : 1);
}
