import type { Origin } from '../origin.ts';

/** Requests that arrive without TLS are sent to the same URL with `https`. */
export interface HttpsRedirectPolicy {
  readonly kind: 'https-redirect';
  readonly status: number;
  /** Whether the last slash of the URL is kept; ingress-nginx cuts one off. */
  readonly keepTrailingSlash: boolean;
  readonly from: Origin;
}
