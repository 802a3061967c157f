import type { Origin } from '../origin.ts';

/**
 * How much one client address may ask for; what is beyond is answered with a status. All routes with the same `zone` count together.
 */
export interface LimitPolicy {
  readonly kind: 'limit';
  /** `namespace/name` of the Ingress. */
  readonly zone: string;
  readonly perSecond?: RequestRate;
  readonly perMinute?: RequestRate;
  /** Requests at the same time. */
  readonly connections?: number;
  /** The statuses of answers to what is beyond: of the rates, and of requests at the same time. */
  readonly rateStatus: number;
  readonly connectionStatus: number;
  /** Addresses and CIDR blocks that are not counted. */
  readonly exempt: readonly string[];
  readonly from: Origin;
}

/** The leaky bucket of nginx `limit_req` with `nodelay`. */
export interface RequestRate {
  readonly requests: number;
  /** Requests that may come at once above the rate. */
  readonly burst: number;
}
