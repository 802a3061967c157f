import type { Origin } from '../origin.ts';

/** Requests that arrive without TLS are sent to the same URL with `https`. */
export interface HttpsRedirectPolicy {
  readonly kind: 'https-redirect';
  readonly status: number;
  /** Whether the last slash of the URL is kept; ingress-nginx cuts one off. */
  readonly keepTrailingSlash: boolean;
  /** The port of the listener is written, also where it is the usual one. */
  readonly withPort?: true;
  /** Only requests that name no host are redirected, to the host `_`. */
  readonly namelessOnly?: true;
  readonly from: Origin;
}
