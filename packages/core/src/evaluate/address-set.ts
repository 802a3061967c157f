import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Addresses of one kind, as numbers: ranges in order that do not touch each other. */
interface Ranges {
  readonly first: readonly bigint[];
  readonly last: readonly bigint[];
}

type AddressSet = Readonly<Record<'ipv4' | 'ipv6', Ranges>>;

const sets = new WeakMap<readonly string[], AddressSet>();

/** Whether one of the addresses and CIDR blocks has this address. IPv4 within IPv6 counts as IPv4. The list is read once. */
export function hasAddress(ranges: readonly string[], address: string): boolean {
  if (ranges.length === 0 || !ipaddr.isValid(address)) return false;
  let set = sets.get(ranges);
  if (set === undefined) sets.set(ranges, (set = setOf(ranges)));
  const wanted = ipaddr.process(address);
  return isWithin(set[wanted.kind()], numberOf(wanted));
}

/** Ranges of addresses by kind, in order and apart, as hexadecimal digits of equal length (8 or 32): for whoever compares texts. */
export type AddressRanges = Readonly<Record<'ipv4' | 'ipv6', readonly (readonly [first: string, last: string])[]>>;

/** The addresses of a list as ranges. */
export function addressRanges(list: readonly string[]): AddressRanges {
  const { ipv4, ipv6 } = setOf(list);
  return { ipv4: printed(ipv4, 8), ipv6: printed(ipv6, 32) };
}

function printed({ first, last }: Ranges, digits: number): readonly (readonly [string, string])[] {
  const hex = (number: bigint | undefined): string => (number ?? 0n).toString(16).padStart(digits, '0');
  return first.map((from, index) => [hex(from), hex(last[index])]);
}

function setOf(ranges: readonly string[]): AddressSet {
  const blocks = ranges.map((range) => (range.includes('/') ? blockOf(range) : whole(ipaddr.process(range))));
  const kind = (wanted: 'ipv4' | 'ipv6') => rangesOf(blocks.filter(([base]) => base.kind() === wanted));
  return { ipv4: kind('ipv4'), ipv6: kind('ipv6') };
}

function rangesOf(blocks: readonly (readonly [Address, number])[]): Ranges {
  const sorted = blocks.map(boundsOf).toSorted((a, b) => (a[0] < b[0] ? -1 : 1));
  const [first, last]: [bigint[], bigint[]] = [[], []];
  for (const [from, to] of sorted) {
    const end = last.at(-1);
    if (end === undefined || from > end) {
      first.push(from);
      last.push(to);
    } else if (to > end) last[last.length - 1] = to;
  }
  return { first, last };
}

function boundsOf([base, bits]: readonly [Address, number]): readonly [bigint, bigint] {
  const free = BigInt(whole(base)[1] - bits);
  const first = (numberOf(base) >> free) << free;
  return [first, first + (1n << free) - 1n];
}

/** The range that may have the number is the last that does not begin after it. */
function isWithin({ first, last }: Ranges, wanted: bigint): boolean {
  let low = 0;
  let high = first.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((first[middle] ?? 0n) <= wanted) low = middle + 1;
    else high = middle;
  }
  const end = last[low - 1];
  return end !== undefined && wanted <= end;
}

function numberOf(address: Address): bigint {
  return address.toByteArray().reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
}

function blockOf(range: string): readonly [Address, number] {
  const [base, bits] = ipaddr.parseCIDR(range);
  const mapped = base instanceof ipaddr.IPv6 && base.isIPv4MappedAddress() && bits >= 96;
  return mapped ? [base.toIPv4Address(), bits - 96] : [base, bits];
}

function whole(address: Address): readonly [Address, number] {
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}
