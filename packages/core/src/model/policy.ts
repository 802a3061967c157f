import type { Origin } from './origin.ts';

/** Requests that arrive without TLS are sent to the same URL with `https`. */
export interface HttpsRedirectPolicy {
  readonly kind: 'https-redirect';
  readonly status: number;
  readonly from: Origin;
}

/** What happens to a request of a route besides being forwarded. At most one of each kind on a route. */
export type Policy = HttpsRedirectPolicy;
