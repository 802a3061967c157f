import { createHash } from 'node:crypto';
import { bencode, binary } from './bencode.ts';
import type { Bencodable } from './bencode.ts';

/** Tells plans apart: 32 hexadecimal digits, so that nobody can find another plan with the key of somebody else. */
export function planKey(plan: object): string {
  return createHash('sha256').update(encodePlan(plan), 'latin1').digest('hex').slice(0, 32);
}

/** Plans by key, as Lua reads them from a file. A binary string. */
export function encodePlans(plans: ReadonlyMap<string, object>): string {
  return encodePlan(Object.fromEntries(plans));
}

/** Plain data as Lua reads it, a binary string. A text of a user may have chars that are no bytes: it must not keep the others from being written. */
export function encodePlan(plan: object): string {
  const bytes = JSON.parse(JSON.stringify(plan), (_, part: Bencodable) => (typeof part === 'string' ? binary(part) : part)) as Bencodable;
  return bencode(bytes);
}
