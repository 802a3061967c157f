import type { Logger } from '@sluice/core';

/** What all streams of a data plane have in common. */
export interface StreamOptions {
  /** Where to listen; an empty one means all addresses of both families. */
  readonly hosts: readonly string[];
  /** For a connection to an endpoint to be established. */
  readonly connectMs: number;
  /** For a header of the PROXY protocol to arrive. */
  readonly headerMs: number;
  /** How long nothing may be sent in either direction (ingress-nginx `proxy-stream-timeout`). */
  readonly idleMs: number;
  /** Datagrams that answer one of a client (ingress-nginx `proxy-stream-responses`). */
  readonly responses: number;
  readonly logger: Logger;
}

/** Endpoints of a connection that are tried, as in ingress-nginx (`proxy-stream-next-upstream-tries`). */
export const MOST_TRIES = 3;

/** As `stream` listeners of nginx have it (`proxy_protocol_timeout`). */
export const PROXY_HEADER_MS = 30_000;
export const IDLE_MS = 600_000;
export const RESPONSES = 1;
