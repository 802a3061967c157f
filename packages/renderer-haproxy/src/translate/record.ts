import { createHash } from 'node:crypto';
import { bencode, binary } from '@sluice/core';
import type { Bencodable } from '@sluice/core';

/** The longest value of an entry: HAProxy reads no line of a map that is longer than its buffer, nor does it take one over its socket. */
const LONGEST_VALUE = 8000;

/** What is written as it is in keys and values; everything else as `%XX`. The same in `lua/sluice/platform.lua`. */
const ESCAPED = /[^A-Za-z0-9_.:/=+*,~@!-]/g;

/** A binary string as one word of a map. */
export function escapeWord(bytes: string): string {
  return bytes.replace(ESCAPED, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}

/** Something that Lua looks up by its digest in the map `records`, with the entries that it is in. */
export interface MapRecord {
  /** 24 hexadecimal digits. */
  readonly digest: string;
  readonly entries: readonly (readonly [key: string, value: string])[];
}

/** A value as entries of the map `records`; one that is too long for one entry is in parts `DIGEST.0`, `DIGEST.1` and so on. */
export function recordOf(value: object): MapRecord {
  const text = encode(value);
  const digest = digestOf(text);
  const escaped = escapeWord(text);
  if (escaped.length <= LONGEST_VALUE) return { digest, entries: [[digest, escaped]] };
  const parts = Array.from({ length: Math.ceil(escaped.length / LONGEST_VALUE) }, (_, index) =>
    escaped.slice(index * LONGEST_VALUE, (index + 1) * LONGEST_VALUE),
  );
  return { digest, entries: [...parts.map((part, index) => [`${digest}.${index}`, part] as const), [digest, `#${parts.length}`]] };
}

/** 24 hexadecimal digits. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 24);
}

/** As bencode; a text of a user may have chars that are no bytes: it must not keep the others from being written. */
function encode(value: object): string {
  return bencode(
    JSON.parse(JSON.stringify(value), (_, part: Bencodable) => (typeof part === 'string' ? binary(part) : part)) as Bencodable,
  );
}
