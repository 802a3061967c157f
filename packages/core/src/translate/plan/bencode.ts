/** What bencode can say. Strings are binary: one char a byte. */
export type Bencodable = number | string | readonly Bencodable[] | { readonly [key: string]: Bencodable | undefined };

/**
 * Bencode (BEP 3) of a value, as a binary string: integers, byte strings, lists, dictionaries with sorted keys. Members that are
 * undefined are left out. Throws a RangeError for a number that is no safe integer and for a string with a char above 0xff.
 */
export function bencode(value: Bencodable): string {
  if (typeof value === 'string') return byteString(value);
  if (typeof value === 'number') return integer(value);
  if (isList(value)) return `l${value.map(bencode).join('')}e`;
  const keys = Object.keys(value).filter((key) => value[key] !== undefined);
  return `d${keys
    .toSorted(byBytes)
    .map((key) => byteString(key) + bencode(value[key] ?? ''))
    .join('')}e`;
}

/** A text as bytes: chars up to 0xff are a byte each, as requests are read; a text with others becomes UTF-8. */
export function binary(text: string): string {
  return BEYOND_BYTES.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text;
}

const BEYOND_BYTES = /[^\x00-\xff]/; // eslint-disable-line no-control-regex -- all bytes

function isList(value: Exclude<Bencodable, number | string>): value is readonly Bencodable[] {
  return Array.isArray(value);
}

/** `4:text`; also for who puts a dictionary together from parts. */
export function byteString(text: string): string {
  if (BEYOND_BYTES.test(text)) throw new RangeError('a char of the string is more than a byte');
  return `${text.length}:${text}`;
}

function integer(value: number): string {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is no safe integer`);
  return `i${value === 0 ? 0 : value}e`;
}

function byBytes(a: string, b: string): number {
  return a < b ? -1 : 1;
}
