import type { Origin } from '../origin.ts';

/** Endpoints are spoken to with HTTP/1.0, except for requests that it has no form for: chunked bodies and upgrades. */
export interface UpstreamHttpVersionPolicy {
  readonly kind: 'upstream-http-version';
  readonly version: '1.0';
  readonly from: Origin;
}
