import { BlockList, isIP } from 'node:net';

const refused = new BlockList();
refused.addSubnet('127.0.0.0', 8, 'ipv4');
refused.addSubnet('0.0.0.0', 8, 'ipv4');
refused.addAddress('::1', 'ipv6');
refused.addAddress('::', 'ipv6');

/**
 * Whether an external name may not lead to this address: loopback and "this host" belong to the proxy itself, and with
 * them its admin server and whatever else trusts local clients. Mapped IPv4 addresses are looked into; what is no address is refused.
 */
export function isOwnAddress(address: string): boolean {
  const family = isIP(address);
  return family === 0 || refused.check(address, family === 4 ? 'ipv4' : 'ipv6');
}
