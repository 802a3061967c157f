import type { Logger, Upstream } from '@sluice/core';
import type { DeadlineSweep } from './deadline-sweep.ts';
import { poolKey, UpstreamPool } from './upstream-pool.ts';

const keysOf = new WeakMap<Upstream, readonly string[]>();

/** Pool keys of an upstream; those that did not change since the last generation are the same objects, and not read again. */
function poolKeys(upstream: Upstream): readonly string[] {
  let keys = keysOf.get(upstream);
  if (keys === undefined) keysOf.set(upstream, (keys = upstream.endpoints.map(poolKey)));
  return keys;
}

/** Where the turn of an upstream is; kept across generations. */
interface Rotation {
  next: number;
}

/** The pools of one upstream in one generation, and whose turn it is. */
export class Peers {
  readonly #upstream: Upstream;
  readonly #rotation: Rotation;
  readonly #poolOf: (position: number) => UpstreamPool;
  readonly #pools: (UpstreamPool | undefined)[] = [];

  constructor(upstream: Upstream, rotation: Rotation, pools: (upstream: Upstream, position: number) => UpstreamPool) {
    this.#upstream = upstream;
    this.#rotation = rotation;
    this.#poolOf = (position) => pools(upstream, position);
  }

  /** The position whose turn it is; the next call gives the next one. */
  turn(): number {
    const position = this.#rotation.next % this.#upstream.endpoints.length;
    this.#rotation.next = position + 1;
    return position;
  }

  /** The pool at a position, counted around the end of the list. */
  pool(position: number): UpstreamPool {
    const index = position % this.#upstream.endpoints.length;
    return (this.#pools[index] ??= this.#poolOf(index));
  }
}

/**
 * Round robin over the endpoints of each upstream. Pools belong to endpoints, not to generations, so keep-alive
 * connections survive a change of configuration.
 */
export class Balancer {
  readonly #sweep: DeadlineSweep;
  readonly #logger: Logger;
  readonly #pools = new Map<string, UpstreamPool>();
  readonly #rotations = new Map<string, Rotation>();
  #peers = new Map<string, Peers>();
  #current: ReadonlySet<string> = new Set();

  constructor(sweep: DeadlineSweep, logger: Logger) {
    this.#sweep = sweep;
    this.#logger = logger;
  }

  /** Makes these the current upstreams; pools of endpoints that none of them has are closed. */
  swap(upstreams: readonly Upstream[]): void {
    const keys = new Set<string>();
    const ids = new Set<string>();
    for (const upstream of upstreams) {
      ids.add(upstream.id);
      for (const key of poolKeys(upstream)) keys.add(key);
    }
    this.#current = keys;
    this.#peers = new Map();
    for (const id of this.#rotations.keys()) if (!ids.has(id)) this.#rotations.delete(id);
    for (const [key, pool] of this.#pools) {
      if (keys.has(key)) continue;
      this.#pools.delete(key);
      pool.retire();
    }
  }

  /** The peers of an upstream of the current generation. */
  peersOf(upstream: Upstream): Peers {
    const known = this.#peers.get(upstream.id);
    if (known !== undefined) return known;
    const peers = new Peers(upstream, this.#rotationOf(upstream), (of, position) => this.#poolOf(of, position));
    this.#peers.set(upstream.id, peers);
    return peers;
  }

  /** Closes all idle connections. */
  close(): void {
    this.swap([]);
  }

  /** Starts at a random endpoint, so that several proxies do not all begin with the first. */
  #rotationOf(upstream: Upstream): Rotation {
    const known = this.#rotations.get(upstream.id);
    if (known !== undefined) return known;
    const rotation = { next: Math.floor(Math.random() * upstream.endpoints.length) };
    this.#rotations.set(upstream.id, rotation);
    return rotation;
  }

  /** Requests routed before a swap may still need an endpoint that is no longer current: its pool is not kept. */
  #poolOf(upstream: Upstream, position: number): UpstreamPool {
    const endpoint = upstream.endpoints[position];
    if (endpoint === undefined) throw new RangeError('position beyond the endpoints of the upstream');
    const key = poolKey(endpoint);
    const known = this.#pools.get(key);
    if (known !== undefined) return known;
    const pool = new UpstreamPool(endpoint, this.#sweep, this.#logger);
    if (this.#current.has(key)) this.#pools.set(key, pool);
    else pool.retire();
    return pool;
  }
}
