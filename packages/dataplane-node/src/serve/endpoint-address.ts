import { lookup as resolve } from 'node:dns';
import type { LookupAddress } from 'node:dns';
import { BlockList, isIP } from 'node:net';
import type { LookupFunction } from 'node:net';

/** Long enough to spare the resolver a burst of connects, short enough to follow a name that moves. */
const CACHE_MS = 5000;
const MAX_CACHED = 1000;

const refused = new BlockList();
refused.addSubnet('127.0.0.0', 8, 'ipv4');
refused.addSubnet('0.0.0.0', 8, 'ipv4');
refused.addAddress('::1', 'ipv6');
refused.addAddress('::', 'ipv6');

/**
 * Whether an external name may not lead to this address: loopback and "this host" belong to the proxy itself, and with
 * them its admin server and whatever else trusts local clients. Mapped IPv4 addresses are looked into.
 */
export function isOwnAddress(address: string): boolean {
  const family = isIP(address);
  return family === 0 || refused.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

interface CachedAnswer {
  readonly addresses: readonly LookupAddress[];
  readonly untilMs: number;
}

const cache = new Map<string, CachedAnswer>();

/**
 * The `lookup` of sockets to `name` endpoints: all families, answers kept for 5 s, own addresses left out. Fails with
 * ENOTFOUND when nothing is left.
 */
export const lookupEndpoint: LookupFunction = (name, options, callback) => {
  const deliver = (addresses: readonly LookupAddress[]): void => {
    const [first] = addresses;
    if (first === undefined) callback(Object.assign(new Error(`no usable address for ${name}`), { code: 'ENOTFOUND' }), '');
    else if (options.all === true) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  };
  const known = cache.get(name);
  if (known !== undefined && known.untilMs > performance.now()) {
    process.nextTick(deliver, known.addresses);
    return;
  }
  resolve(name, { all: true }, (error, answer) => {
    if (error !== null) {
      callback(error, '');
      return;
    }
    const addresses = answer.filter(({ address }) => !isOwnAddress(address));
    if (cache.size >= MAX_CACHED) cache.clear();
    cache.set(name, { addresses, untilMs: performance.now() + CACHE_MS });
    deliver(addresses);
  });
};
