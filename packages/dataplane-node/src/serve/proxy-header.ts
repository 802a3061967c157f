import { isIP } from 'node:net';

/** Where a connection came from and where it went, as a header of the PROXY protocol says. */
export interface ProxiedAddresses {
  readonly sourceAddress: string;
  readonly sourcePort: number;
  readonly destinationAddress: string;
  readonly destinationPort: number;
}

/**
 * What the first bytes of a connection are. `more`: a beginning of a header. `header`: one of `length` bytes; without addresses where it is from
 * somebody who asks for himself (LOCAL, UNKNOWN), or about something else than TCP.
 */
export type ProxyHeader =
  | { readonly kind: 'more' }
  | { readonly kind: 'header'; readonly length: number; readonly addresses: ProxiedAddresses | undefined }
  | { readonly kind: 'invalid' };

const MORE: ProxyHeader = { kind: 'more' };
const INVALID: ProxyHeader = { kind: 'invalid' };

const SIGNATURE = Buffer.from([0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]);
const WORD = Buffer.from('PROXY ');
/** With its line break (section 2.1 of the specification of the PROXY protocol). */
const LONGEST_LINE = 107;
/** Before the addresses: signature, version and command, family, length. */
const HEAD = 16;
/** Addresses have 36 bytes at most; what is behind them (TLV) is not read, and nobody needs more of it. */
const MOST_BYTES = 4096;

/** Reads a header of version 1 or 2 at the beginning of what a client sent. */
export function readProxyHeader(bytes: Buffer): ProxyHeader {
  if (startsLike(bytes, SIGNATURE)) return bytes.length < HEAD ? MORE : readBinary(bytes);
  return startsLike(bytes, WORD) ? readLine(bytes) : INVALID;
}

/** Whether one of the two is a beginning of the other. */
function startsLike(bytes: Buffer, wanted: Buffer): boolean {
  const length = Math.min(bytes.length, wanted.length);
  return bytes.subarray(0, length).equals(wanted.subarray(0, length));
}

function readLine(bytes: Buffer): ProxyHeader {
  const end = bytes.subarray(0, LONGEST_LINE).indexOf('\r\n');
  if (end < 0) return bytes.length < LONGEST_LINE ? MORE : INVALID;
  const [, family = '', ...words] = bytes.toString('latin1', 0, end).split(' ');
  const header = { kind: 'header', length: end + 2, addresses: undefined } as const;
  if (family === 'UNKNOWN') return header;
  const addresses = addressesIn(words);
  const isRight = addresses !== undefined && family === `TCP${isIP(addresses.sourceAddress)}`;
  return isRight ? { ...header, addresses } : INVALID;
}

/** Two addresses of one family and two ports. */
function addressesIn([sourceAddress = '', destinationAddress = '', ...ports]: readonly string[]): ProxiedAddresses | undefined {
  const [sourcePort = Infinity, destinationPort = Infinity, ...more] = ports.map((port) =>
    /^\d{1,5}$/.test(port) ? Number(port) : Infinity,
  );
  const isOne = isIP(sourceAddress) !== 0 && isIP(sourceAddress) === isIP(destinationAddress) && more.length === 0;
  if (!isOne || Math.max(sourcePort, destinationPort) > 65_535) return undefined;
  return { sourceAddress, sourcePort, destinationAddress, destinationPort };
}

const LOCAL = 0x20;
const PROXY = 0x21;
const TCP4 = 0x11;
const TCP6 = 0x21;

function readBinary(bytes: Buffer): ProxyHeader {
  const [command, family] = [bytes.readUInt8(12), bytes.readUInt8(13)];
  const length = HEAD + bytes.readUInt16BE(14);
  if ((command !== LOCAL && command !== PROXY) || length > MOST_BYTES) return INVALID;
  if (bytes.length < length) return MORE;
  if (command === LOCAL || (family !== TCP4 && family !== TCP6)) return { kind: 'header', length, addresses: undefined };
  const size = family === TCP4 ? 4 : 16;
  if (length < HEAD + 2 * size + 4) return INVALID;
  const addresses: ProxiedAddresses = {
    sourceAddress: addressAt(bytes, HEAD, size),
    destinationAddress: addressAt(bytes, HEAD + size, size),
    sourcePort: bytes.readUInt16BE(HEAD + 2 * size),
    destinationPort: bytes.readUInt16BE(HEAD + 2 * size + 2),
  };
  return { kind: 'header', length, addresses };
}

function addressAt(bytes: Buffer, start: number, size: number): string {
  const part = bytes.subarray(start, start + size);
  if (size === 4) return [...part].join('.');
  const groups = Array.from({ length: 8 }, (_, index) => part.readUInt16BE(2 * index).toString(16));
  return URL.parse(`http://[${groups.join(':')}]`)?.hostname.slice(1, -1) ?? groups.join(':');
}

/** A header of version 1. */
export function writeProxyHeader({ sourceAddress, sourcePort, destinationAddress, destinationPort }: ProxiedAddresses): string {
  const [source, destination] = [isIP(sourceAddress), isIP(destinationAddress)];
  if (source === 0 || source !== destination) return 'PROXY UNKNOWN\r\n';
  return `PROXY TCP${source} ${sourceAddress} ${destinationAddress} ${sourcePort} ${destinationPort}\r\n`;
}
