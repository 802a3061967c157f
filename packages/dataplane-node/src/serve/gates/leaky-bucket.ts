import type { RequestRate } from '@sluice/core';

/** Thousandths of a request, as nginx counts. */
const REQUEST = 1000;

interface Level {
  excess: number;
  atMs: number;
}

/**
 * How full the buckets of the clients are, as nginx `limit_req` with `nodelay` counts: a bucket drains with the rate, a
 * request fills it, and one that would make it fuller than the burst is too much and leaves it as it is. The client that was
 * seen longest ago is forgotten when there are too many.
 */
export class LeakyBuckets {
  readonly #levels = new Map<string, Level>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#levels.size;
  }

  /** How full the bucket of a client would be with another request; Infinity when that is too full. */
  excess(client: string, rate: RequestRate | undefined, perMs: number, nowMs: number): number {
    const level = this.#levels.get(client);
    if (level === undefined || rate === undefined) return 0;
    const { requests, burst } = rate;
    const drained = (nowMs - level.atMs) * requests * perMs * REQUEST;
    const excess = Math.max(0, level.excess - drained + REQUEST);
    return excess > burst * REQUEST ? Infinity : excess;
  }

  /** Takes a request into account. */
  fill(client: string, excess: number, nowMs: number): void {
    this.#levels.delete(client);
    this.#levels.set(client, { excess, atMs: nowMs });
    if (this.#levels.size > this.#most) this.forgetOldest(1);
  }

  forgetOldest(count: number): void {
    let left = count;
    for (const client of this.#levels.keys()) {
      if (left-- <= 0) return;
      this.#levels.delete(client);
    }
  }

  /** Forgets clients that have not been seen since. */
  forgetBefore(ms: number): void {
    for (const [client, { atMs }] of this.#levels) {
      if (atMs >= ms) return;
      this.#levels.delete(client);
    }
  }
}
