import type { Origin } from '../origin.ts';

/** What counts as a failed try, in the words of nginx's `proxy_next_upstream`. */
export type TryFailure = 'error' | 'timeout' | 'invalid_header' | `http_${500 | 502 | 503 | 504 | 403 | 404 | 429}`;

/** After which failures a request is sent to another endpoint. */
export interface NextUpstreamPolicy {
  readonly kind: 'next-upstream';
  /** Empty: never. */
  readonly on: readonly TryFailure[];
  /** Requests whose repetition may do something twice are sent again as well. */
  readonly nonIdempotent: boolean;
  /** Tries in total; 0: every endpoint once. */
  readonly tries: number;
  /** No try begins later than this after the first; 0: at any time. */
  readonly timeoutMs: number;
  readonly from: Origin;
}
