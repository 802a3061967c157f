import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

const sets = new WeakMap<readonly string[], (address: Address) => boolean>();

/** Whether one of the addresses and CIDR blocks has this address. IPv4 within IPv6 counts as IPv4. The list is read once. */
export function hasAddress(ranges: readonly string[], address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  let set = sets.get(ranges);
  if (set === undefined) sets.set(ranges, (set = setOf(ranges)));
  return set(ipaddr.process(address));
}

function setOf(ranges: readonly string[]): (address: Address) => boolean {
  const blocks = ranges.map((range) => (range.includes('/') ? blockOf(range) : whole(ipaddr.process(range))));
  return (address) => blocks.some(([base, bits]) => address.kind() === base.kind() && address.match(base, bits));
}

function blockOf(range: string): [Address, number] {
  const [base, bits] = ipaddr.parseCIDR(range);
  const mapped = base instanceof ipaddr.IPv6 && base.isIPv4MappedAddress() && bits >= 96;
  return mapped ? [base.toIPv4Address(), bits - 96] : [base, bits];
}

function whole(address: Address): [Address, number] {
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}
