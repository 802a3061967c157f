import type { Endpoint, Logger, UpstreamConnections, UpstreamTls } from '@sluice/core';
import { endpointKey } from '@sluice/core';
import type { DeadlineSweep } from './deadline-sweep.ts';
import { UpstreamConnection } from './upstream-connection.ts';
import { tlsOptions } from './upstream-tls-options.ts';
import type { UpstreamTlsOptions } from './upstream-tls-options.ts';

const IDLE_MS = 60_000;
/** As `upstream-keepalive-connections` of ingress-nginx. */
const MAX_IDLE = 320;
const MOST_REQUESTS = 10_000;
const LIFE_MS = 3_600_000;

/** What is said of idle connections; all pools look at the same one. */
export interface Keeping {
  kept: UpstreamConnections;
}

export interface PoolParts {
  readonly sweep: DeadlineSweep;
  readonly logger: Logger;
  readonly keeping: Keeping;
}

/** Identity of a pool. Names are set apart from addresses: the first are checked when they are resolved, the others not. */
export function poolKey(endpoint: Endpoint): string {
  return endpoint.kind === 'name' ? `name ${endpointKey(endpoint)}` : endpointKey(endpoint);
}

/** The connections to one endpoint. The most recently used one is taken first, so that a quiet pool shrinks. */
export class UpstreamPool {
  /** `host:port`. */
  readonly name: string;
  readonly logger: Logger;
  /** As `poolKey` gives it. */
  readonly endpointKey: string;
  readonly #tls: UpstreamTlsOptions | undefined;
  readonly #endpoint: Endpoint;
  readonly #sweep: DeadlineSweep;
  readonly #keeping: Keeping;
  readonly #idle: UpstreamConnection[] = [];
  #retired = false;

  /** Throws when the settings of TLS are none that can be used. */
  constructor(endpoint: Endpoint, { sweep, logger, keeping }: PoolParts, tls?: UpstreamTls) {
    this.name = endpointKey(endpoint);
    this.endpointKey = poolKey(endpoint);
    this.#tls = tls && tlsOptions(tls);
    this.#endpoint = endpoint;
    this.#sweep = sweep;
    this.#keeping = keeping;
    this.logger = logger;
  }

  get encrypted(): boolean {
    return this.#tls !== undefined;
  }

  /** No connection waits for a request. */
  get quiet(): boolean {
    return this.#idle.length === 0;
  }

  /** An idle connection, or a new one that is still connecting. Throws as `open` does. */
  take(): UpstreamConnection {
    for (let connection = this.#idle.pop(); connection !== undefined; connection = this.#idle.pop()) {
      if (!connection.wire.destroyed) return connection;
    }
    return this.open();
  }

  /** A new connection. Throws when the endpoint is none that can be connected to. */
  open(): UpstreamConnection {
    const connection = new UpstreamConnection(this, this.#endpoint, this.#tls);
    this.#sweep.add(connection);
    return connection;
  }

  /** Takes back a connection whose exchange is complete on both sides. */
  release(connection: UpstreamConnection): void {
    connection.detach();
    const { connections = MAX_IDLE, idleMs = IDLE_MS } = this.#keeping.kept;
    if (
      this.#retired ||
      this.#isWorn(connection) ||
      this.#idle.length >= connections ||
      connection.wire.destroyed ||
      connection.wire.flushing
    ) {
      connection.discard();
      return;
    }
    connection.trim();
    connection.deadlineMs = performance.now() + idleMs;
    connection.wire.resume();
    this.#idle.push(connection);
  }

  /** It has had as many requests, or is as old, as one may be. */
  #isWorn({ requests, openedMs }: UpstreamConnection): boolean {
    const { requests: most = MOST_REQUESTS, lifeMs = LIFE_MS } = this.#keeping.kept;
    return requests >= most || performance.now() - openedMs >= lifeMs;
  }

  /** A connection has closed. */
  forget(connection: UpstreamConnection): void {
    this.#sweep.delete(connection);
    const index = this.#idle.indexOf(connection);
    if (index >= 0) this.#idle.splice(index, 1);
  }

  /** No upstream has this endpoint any more: idle connections close now, the others after their exchange. */
  retire(): void {
    this.#retired = true;
    for (const connection of this.#idle.splice(0)) connection.discard();
  }
}
