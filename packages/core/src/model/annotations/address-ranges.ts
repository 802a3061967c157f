import ipaddr from 'ipaddr.js';
import type { Parsed } from './annotation.ts';
import { listOf } from './value-parsers.ts';

/** An address or CIDR block between commas each, IPv4 or IPv6, as Go `net.ParseIP` and `net.ParseCIDR` take them. */
export const addressRanges: (text: string) => Parsed<readonly string[]> = listOf((text) =>
  isRange(text) ? { ok: true, value: text } : { ok: false, reason: 'it is neither an IP address nor a CIDR block' },
);

function isRange(text: string): boolean {
  const [address = '', length, rest] = text.split('/');
  if (rest !== undefined) return false;
  const bits = ipaddr.IPv4.isValidFourPartDecimal(address) ? 32 : ipaddr.IPv6.isValid(address) && !address.includes('%') ? 128 : -1;
  if (bits < 0 || /(?:^|\.)0\d/.test(address)) return false;
  return length === undefined || (/^(?:0|[1-9]\d{0,2})$/.test(length) && Number(length) <= bits);
}
