import type { Logger, Upstream, UpstreamConnections, UpstreamTls } from '@sluice/core';
import type { DeadlineSweep } from './deadline-sweep.ts';
import { pickerFor } from './endpoint-picker.ts';
import type { BalancingMemory, EndpointPicker } from './endpoint-picker.ts';
import type { EndpointWish } from './endpoint-wish.ts';
import { plainTls } from './upstream-tls-options.ts';
import { poolKey, UpstreamPool } from './upstream-pool.ts';
import type { Keeping } from './upstream-pool.ts';

const keysOf = new WeakMap<Upstream, readonly string[]>();

/** Pool keys of an upstream; those that did not change since the last generation are the same objects, and not read again. */
function poolKeys(upstream: Upstream): readonly string[] {
  let keys = keysOf.get(upstream);
  if (keys === undefined) keysOf.set(upstream, (keys = upstream.endpoints.map(poolKey)));
  return keys;
}

/** How a try of a request gets to an endpoint: in the clear, or by TLS with or without settings. */
export type Security = 'clear' | 'encrypted' | UpstreamTls;

type PoolOf = (position: number, security: Security) => UpstreamPool;

/** The pools of one upstream in one generation, and which of them a request goes to. */
export class Peers {
  readonly count: number;
  readonly #picker: EndpointPicker;
  readonly #poolOf: PoolOf;
  readonly #pools: (UpstreamPool | undefined)[] = [];

  constructor(upstream: Upstream, memory: BalancingMemory, poolOf: PoolOf) {
    this.count = upstream.endpoints.length;
    this.#picker = pickerFor(upstream, memory);
    this.#poolOf = poolOf;
  }

  /** The position of the endpoint for the next try, which is noted as tried. */
  pick(wish: EndpointWish): number {
    const position = this.#picker.pick(wish);
    wish.tried.push(position);
    return position;
  }

  /** A try of the endpoint at this position is over. */
  done(position: number, startMs: number): void {
    this.#picker.done?.(position, performance.now() - startMs);
  }

  /** The pool at a position. */
  pool(position: number, security: Security): UpstreamPool {
    if (security !== 'clear') return this.#poolOf(position, security);
    return (this.#pools[position] ??= this.#poolOf(position, security));
  }
}

/**
 * The endpoints of all upstreams. Pools belong to endpoints, not to generations, so keep-alive connections survive a change
 * of configuration; so does what balancing has learnt.
 */
export class Balancer {
  readonly #sweep: DeadlineSweep;
  readonly #logger: Logger;
  readonly #pools = new Map<string, UpstreamPool>();
  readonly #memories = new Map<string, BalancingMemory>();
  #peers = new Map<string, Peers>();
  #current: ReadonlySet<string> = new Set();
  readonly #keeping: Keeping = { kept: {} };

  constructor(sweep: DeadlineSweep, logger: Logger) {
    this.#sweep = sweep;
    this.#logger = logger;
  }

  /** Makes these the current upstreams; pools of endpoints that none of them has are closed, and quiet ones with TLS. */
  swap(upstreams: readonly Upstream[]): void {
    const keys = new Set<string>();
    const ids = new Set<string>();
    for (const upstream of upstreams) {
      ids.add(upstream.id);
      for (const key of poolKeys(upstream)) keys.add(key);
    }
    this.#current = keys;
    this.#peers = new Map();
    for (const id of this.#memories.keys()) if (!ids.has(id)) this.#memories.delete(id);
    for (const [key, pool] of this.#pools) {
      if (keys.has(pool.endpointKey) && !(pool.encrypted && pool.quiet)) continue;
      this.#pools.delete(key);
      pool.retire();
    }
  }

  /** How connections are kept from now on. */
  keep(kept: UpstreamConnections): void {
    this.#keeping.kept = kept;
  }

  /** The peers of an upstream of the current generation. */
  peersOf(upstream: Upstream): Peers {
    const known = this.#peers.get(upstream.id);
    if (known !== undefined) return known;
    const peers = new Peers(upstream, this.#memoryOf(upstream), (position, security) => this.#poolOf(upstream, position, security));
    this.#peers.set(upstream.id, peers);
    return peers;
  }

  /** Closes all idle connections. */
  close(): void {
    this.swap([]);
  }

  /** Starts at a random endpoint, so that several proxies do not all begin with the first. */
  #memoryOf(upstream: Upstream): BalancingMemory {
    const known = this.#memories.get(upstream.id);
    if (known !== undefined) return known;
    const memory = { next: Math.floor(Math.random() * upstream.endpoints.length), scores: new Map() };
    this.#memories.set(upstream.id, memory);
    return memory;
  }

  /** Requests routed before a swap may still need an endpoint that is no longer current: its pool is not kept. */
  #poolOf(upstream: Upstream, position: number, security: Security): UpstreamPool {
    const endpoint = upstream.endpoints[position];
    if (endpoint === undefined) throw new RangeError('position beyond the endpoints of the upstream');
    const endpointKey = poolKey(endpoint);
    const tls = security === 'clear' ? undefined : security === 'encrypted' ? plainTls : security;
    const key = tls === undefined ? endpointKey : `${endpointKey} ${tls.id}`;
    const known = this.#pools.get(key);
    if (known !== undefined) return known;
    const pool = new UpstreamPool(endpoint, { sweep: this.#sweep, logger: this.#logger, keeping: this.#keeping }, tls);
    if (this.#current.has(endpointKey)) this.#pools.set(key, pool);
    else pool.retire();
    return pool;
  }
}
