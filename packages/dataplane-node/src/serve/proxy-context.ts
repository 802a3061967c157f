import type { SecureContext } from 'node:tls';
import { defaultServing } from '@sluice/core';
import type { ClientConnections, Logger, RequestTracing, RouteTable, ServingSettings, Upstream } from '@sluice/core';
import type { Balancer } from './balancer.ts';
import type { GateKit } from './gates/gate-kit.ts';
import type { Mirrors } from './mirrors.ts';
import type { KeyPairText } from '../validate/secure-contexts.ts';
import type { DeadlineSweep } from './deadline-sweep.ts';
import type { RequestObserver } from './request-observer.ts';

type HeaderBuffers = NonNullable<ClientConnections['headerBuffers']>;

/** How long the proxy waits for others. */
export interface ProxyTimeouts {
  /** For a connection to an endpoint to be established. */
  readonly connectMs: number;
  /** Between two reads from the upstream, and in an idle tunnel. */
  readonly readMs: number;
  /** Between two writes to a slow peer. */
  readonly sendMs: number;
  /** Between two reads of a request body; `sendMs` where it is absent. */
  readonly bodyMs?: number;
  /** For the next request on a kept-alive client connection. */
  readonly idleClientMs: number;
  /** For a request head, from its first byte (or the connection) to its end. */
  readonly headerMs: number;
  /** For tunnels to end by themselves when the server closes. */
  readonly drainTunnelsMs: number;
}

/** What is served from one moment on. Immutable: a change is a new generation. */
export interface ServingGeneration {
  readonly digest: string;
  readonly routes: RouteTable;
  readonly upstreams: readonly Upstream[];
  /** Certificate for the name that a client asks for by SNI. */
  readonly secureContextFor: (serverName: string) => SecureContext;
  /** For clients that ask for no name; the same object for the same pair. Absent: that of the server. */
  readonly defaultPair?: KeyPairText;
}

/** What all connections of one server share. */
export interface ProxyContext {
  /** Of the options, as settings change them. */
  timeouts: ProxyTimeouts;
  /** Requests on one connection of a client. */
  mostRequests: number;
  headerBuffers: HeaderBuffers | undefined;
  readonly observer: RequestObserver;
  /** How requests get spans; undefined where no spans are exported. */
  readonly tracing: RequestTracing | undefined;
  readonly logger: Logger;
  readonly sweep: DeadlineSweep;
  readonly balancer: Balancer;
  readonly mirrors: Mirrors;
  readonly gates: GateKit;
  /** Undefined until the first swap: requests are answered 503. */
  generation: ServingGeneration | undefined;
  /** The server is closing: no client connection is kept alive. */
  draining: boolean;
  /** Of the first listener for HTTPS; 443 while there is none. */
  httpsPort: number;
  /** When tunnels are ended, on the clock of `performance.now()`; Infinity until the server closes. */
  tunnelsUntilMs: number;
  /** Requests received so far. */
  requests: number;
}

/** What holds for every request that comes now. */
export function settingsOf({ generation }: ProxyContext): ServingSettings {
  return generation?.routes.settings ?? defaultServing;
}
