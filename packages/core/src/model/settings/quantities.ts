import type { Parsed } from '../annotations/annotation.ts';
import { integerBetween } from './setting.ts';

const UNIT: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 * 1024 };

/** A size as nginx writes it (`8k`), between two others. */
export function sizeBetween(leastBytes: number, mostBytes: number): (text: string) => Parsed<number> {
  return (text) => {
    const [, digits, unit = ''] = /^(\d{1,10})([km]?)$/i.exec(text) ?? [];
    const bytes = digits === undefined ? Number.NaN : Number(digits) * (UNIT[unit.toLowerCase()] ?? 1);
    if (bytes >= leastBytes && bytes <= mostBytes) return { ok: true, value: bytes };
    return { ok: false, reason: `it must be a size such as 8k, at least ${leastBytes} and at most ${mostBytes} bytes` };
  };
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, '': 1000, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A duration as nginx writes it (`90`, `1h 30m`, `500ms`), between two others in milliseconds. */
export function durationBetween(leastMs: number, mostMs: number): (text: string) => Parsed<number> {
  return (text) => {
    const isRight = /^\d{1,9}(?:ms|[smhd])?(?: ?\d{1,9}(?:ms|[smhd]))*$/.test(text);
    const parts = isRight ? [...text.matchAll(/(\d+)(ms|[smhd]|)/g)] : [];
    const ms = parts.reduce((sum, [, digits, unit = '']) => sum + Number(digits) * (UNIT_MS[unit] ?? 0), 0);
    if (isRight && ms >= leastMs && ms <= mostMs) return { ok: true, value: ms };
    return { ok: false, reason: `it must be a duration such as 60s, at least ${leastMs} and at most ${mostMs} ms` };
  };
}

/** Whole seconds between two others, as milliseconds. */
export function secondsBetween(least: number, most: number): (text: string) => Parsed<number> {
  const seconds = integerBetween(least, most);
  return (text) => {
    const parsed = seconds(text);
    return parsed.ok ? { ok: true, value: parsed.value * 1000 } : parsed;
  };
}
