import { lookup as resolve } from 'node:dns';
import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isOwnAddress } from '@sluice/core';

/** Long enough to spare the resolver a burst of connects, short enough to follow a name that moves. */
const CACHE_MS = 5000;
const MAX_CACHED = 1000;

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
