import { createHash } from 'node:crypto';
import type { CookieAffinity, Upstream } from '@sluice/core';
import { endpointKey } from '@sluice/core';
import type { EndpointPicker } from './endpoint-picker.ts';
import type { EndpointWish } from './endpoint-wish.ts';
import { ringOf } from './hash-picker.ts';

/** Draws for a key that leads to an endpoint which has not failed yet. */
const MAX_DRAWS = 20;
const MAX_RANDOM = 999_999;

/** How a cookie stands for an endpoint. */
interface Keyring {
  /** The endpoint of a key; undefined when the key is of none. */
  find(key: string): number | undefined;
  /** A key of an endpoint that has not been tried; undefined when there is none. */
  draw(tried: readonly number[]): string | undefined;
}

/**
 * The endpoint that the client's cookie stands for. A client without one gets a new cookie; so does, where that is wanted,
 * one whose endpoint failed. Otherwise a failed endpoint is tried again (ingress-nginx `balancer/sticky.lua`).
 */
export class StickyPicker implements EndpointPicker {
  readonly #keys: Keyring;
  readonly #changeOnFailure: boolean;

  constructor(upstream: Upstream, { mode, changeOnFailure }: CookieAffinity) {
    this.#keys = mode === 'persistent' ? new PersistentKeys(upstream) : new BalancedKeys(upstream);
    this.#changeOnFailure = changeOnFailure;
  }

  pick(wish: EndpointWish): number {
    const { tried } = wish;
    const last = tried.at(-1);
    if (last === undefined) {
      const own = wish.cookie === undefined ? undefined : this.#keys.find(wish.cookie);
      return own ?? this.#pickNew(wish) ?? 0;
    }
    return (this.#changeOnFailure ? this.#pickNew(wish) : undefined) ?? last;
  }

  #pickNew(wish: EndpointWish): number | undefined {
    const key = this.#keys.draw(wish.tried);
    if (key === undefined) return undefined;
    wish.newCookie = key;
    return this.#keys.find(key);
  }
}

/** Random keys on a ring: any key stands for some endpoint, and some change theirs when endpoints come or go. */
class BalancedKeys implements Keyring {
  readonly #ring: ReturnType<typeof ringOf>;

  constructor({ endpoints }: Upstream) {
    this.#ring = ringOf(endpoints);
  }

  find(key: string): number {
    return this.#ring.find(key);
  }

  draw(tried: readonly number[]): string | undefined {
    for (let count = 1; count <= MAX_DRAWS; count++) {
      const key = `${Date.now() / 1000 + count}.${process.pid}.${1 + Math.floor(Math.random() * MAX_RANDOM)}`;
      if (!tried.includes(this.#ring.find(key))) return key;
    }
    return undefined;
  }
}

/** One key for each endpoint: the digest that ingress-nginx gives it, so that its clients keep their sessions. */
class PersistentKeys implements Keyring {
  readonly #keys: readonly string[];
  readonly #positions: ReadonlyMap<string, number>;

  constructor({ namespace, service, port, endpoints }: Upstream) {
    const salt = `${namespace}-${service}-${port}`;
    this.#keys = endpoints.map((endpoint) =>
      createHash('md5')
        .update(salt + endpointKey(endpoint))
        .digest('hex'),
    );
    this.#positions = new Map(this.#keys.map((key, position) => [key, position]));
  }

  find(key: string): number | undefined {
    return this.#positions.get(key);
  }

  draw(tried: readonly number[]): string | undefined {
    const left = this.#keys.filter((_, position) => !tried.includes(position));
    return left[Math.floor(Math.random() * left.length)];
  }
}
