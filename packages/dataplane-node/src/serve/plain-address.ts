const MAPPED = '::ffff:';

/** An address as text; one of IPv4 also when it arrived as an IPv4-mapped IPv6 address, as it does where both families are listened on. */
export function plainAddress(address: string): string {
  return address.startsWith(MAPPED) && address.includes('.') ? address.slice(MAPPED.length) : address;
}
