import type { CookieAffinity } from './affinity.ts';
import type { Balancing } from './balancing.ts';
import type { Canary } from './canary.ts';
import type { Endpoint } from './endpoint.ts';
import type { Origin } from './origin.ts';

/** What an upstream's own affinity cookies end with, behind a `|`. */
export interface UpstreamCookieKey {
  /** 32 hexadecimal digits. */
  readonly key: string;
}

/**
 * A set of interchangeable endpoints. All routes that name the same Service and port share one upstream, and with it
 * balancing state.
 */
export interface Upstream {
  /** `namespace/service:port`, the port as the Ingress wrote it (number or name). */
  readonly id: string;
  readonly namespace: string;
  readonly service: string;
  readonly port: string;
  /** Ready endpoints without duplicates, sorted. Empty: requests are answered 503 and `unavailable` says why. */
  readonly endpoints: readonly Endpoint[];
  /** Why there is no endpoint, in words for the user. Present exactly when `endpoints` is empty. */
  readonly unavailable?: string;
  /** Round robin when absent. */
  readonly balancing?: Balancing;
  /** Goes before `balancing`. */
  readonly affinity?: CookieAffinity & UpstreamCookieKey;
  /** The upstream that takes a part of the requests. */
  readonly canary?: Canary;
  readonly from: Origin;
}
