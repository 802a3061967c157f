import type { Endpoint } from './endpoint.ts';
import type { Origin } from './origin.ts';

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
  readonly from: Origin;
}
