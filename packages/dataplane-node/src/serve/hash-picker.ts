import type { Endpoint } from '@sluice/core';
import { endpointKey } from '@sluice/core';
import type { EndpointPicker } from './endpoint-picker.ts';
import type { EndpointWish } from './endpoint-wish.ts';
import { HashRing } from './hash-ring.ts';

const rings = new WeakMap<readonly Endpoint[], HashRing>();

/** The ring of a list of endpoints; the same list is not laid out twice. */
export function ringOf(endpoints: readonly Endpoint[]): HashRing {
  let ring = rings.get(endpoints);
  if (ring === undefined) rings.set(endpoints, (ring = new HashRing(endpoints.map(endpointKey))));
  return ring;
}

/** The endpoint that the request's key belongs to, or any of the group that it belongs to. A failed one is followed by the next. */
export class HashPicker implements EndpointPicker {
  readonly #count: number;
  readonly #subsetSize: number;
  readonly #subsets: boolean;
  readonly #ring: HashRing;

  constructor(endpoints: readonly Endpoint[], subsetSize: number | undefined) {
    this.#count = endpoints.length;
    this.#subsetSize = Math.min(subsetSize ?? 1, endpoints.length);
    this.#ring = subsetSize === undefined ? ringOf(endpoints) : ringOfSubsets(Math.ceil(endpoints.length / subsetSize));
    this.#subsets = subsetSize !== undefined;
  }

  pick({ key, tried }: EndpointWish): number {
    const last = tried.at(-1);
    if (last !== undefined) return (last + 1) % this.#count;
    const found = this.#ring.find(key);
    if (!this.#subsets) return found;
    return (found * this.#subsetSize + Math.floor(Math.random() * this.#subsetSize)) % this.#count;
  }
}

/** Groups are laid out by number: the last one is filled up from the first. */
function ringOfSubsets(count: number): HashRing {
  return new HashRing(Array.from({ length: count }, (_, index) => `set${index + 1}`));
}
