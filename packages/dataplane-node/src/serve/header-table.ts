/**
 * The header fields that the proxy treats in a special way; every other one is `other` and passes untouched.
 * Values are small integers because they are stored in a byte array per head.
 */
export const header = {
  other: 0,
  host: 1,
  connection: 2,
  keepAlive: 3,
  proxyConnection: 4,
  te: 5,
  upgrade: 6,
  proxy: 7,
  contentLength: 8,
  transferEncoding: 9,
  expect: 10,
  server: 11,
  requestId: 12,
  realIp: 13,
  forwardedFor: 14,
  forwardedHost: 15,
  forwardedPort: 16,
  forwardedProto: 17,
  forwardedScheme: 18,
  scheme: 19,
  originalForwardedFor: 20,
  originalForwardedHost: 21,
  date: 22,
  userAgent: 23,
  referer: 24,
  essential: 25,
  strictTransport: 26,
  traceparent: 27,
} as const;

const names: readonly (readonly [string, number])[] = [
  ['host', header.host],
  ['connection', header.connection],
  ['keep-alive', header.keepAlive],
  ['proxy-connection', header.proxyConnection],
  ['te', header.te],
  ['upgrade', header.upgrade],
  ['proxy', header.proxy],
  ['content-length', header.contentLength],
  ['transfer-encoding', header.transferEncoding],
  ['expect', header.expect],
  ['server', header.server],
  ['x-request-id', header.requestId],
  ['x-real-ip', header.realIp],
  ['x-forwarded-for', header.forwardedFor],
  ['x-forwarded-host', header.forwardedHost],
  ['x-forwarded-port', header.forwardedPort],
  ['x-forwarded-proto', header.forwardedProto],
  ['x-forwarded-scheme', header.forwardedScheme],
  ['x-scheme', header.scheme],
  ['x-original-forwarded-for', header.originalForwardedFor],
  ['x-original-forwarded-host', header.originalForwardedHost],
  ['date', header.date],
  ['user-agent', header.userAgent],
  ['referer', header.referer],
  ['authorization', header.essential],
  ['cookie', header.essential],
  ['set-cookie', header.essential],
  ['content-type', header.essential],
  ['content-encoding', header.essential],
  ['content-range', header.essential],
  ['trailer', header.essential],
  ['location', header.essential],
  ['strict-transport-security', header.strictTransport],
  ['traceparent', header.traceparent],
];

interface KnownName {
  readonly bytes: Uint8Array;
  readonly id: number;
}

const slots: KnownName[][] = Array.from({ length: 256 }, () => []);
for (const [name, id] of names) {
  const bytes = Buffer.from(name, 'latin1');
  slots[slotOf(bytes, 0, bytes.length)]?.push({ bytes, id });
}

/** Setting bit 0x20 lower-cases letters; digits and `-` have it already, so one `|` serves for every byte of a known name. */
function slotOf(bytes: Uint8Array, start: number, end: number): number {
  const first = (bytes[start] ?? 0) | 0x20;
  const last = (bytes[end - 1] ?? 0) | 0x20;
  return ((end - start) * 37 + first * 5 + last) & 255;
}

/** The entry of `header` that a field name stands for, in any case (RFC 9110 section 5.1). */
export function classifyName(bytes: Uint8Array, start: number, end: number): number {
  const known = slots[slotOf(bytes, start, end)];
  if (known === undefined) return header.other;
  for (const { bytes: name, id } of known) {
    if (name.length === end - start && equalsLowerCase(bytes, start, name)) return id;
  }
  return header.other;
}

/** Whether the bytes from `start` spell `word` (given in lower case, no control characters) in any case. */
export function equalsLowerCase(bytes: Uint8Array, start: number, word: Uint8Array): boolean {
  for (let index = 0; index < word.length; index++) {
    if (((bytes[start + index] ?? 0) | 0x20) !== word[index]) return false;
  }
  return true;
}

/**
 * Whether a field may be removed because a `Connection` header names it (RFC 9110 section 7.6.1). Fields that carry the
 * framing, the identity of the client or credentials may not: stripping them through `Connection` is an attack.
 */
export function removableByConnection(id: number): boolean {
  return id === header.other || id === header.userAgent || id === header.referer || id === header.traceparent;
}
