/** Longer numbers than this are refused; 15 digits stay exact in a double. */
const MAX_DIGITS = 15;

/** The value of a `Content-Length` field in bytes, or -1 unless it is digits only (RFC 9110 section 8.6; no list, no sign). */
export function parseContentLength(bytes: Buffer, start: number, end: number): number {
  if (end <= start || end - start > MAX_DIGITS) return -1;
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = (bytes[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
