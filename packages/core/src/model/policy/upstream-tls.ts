import type { Origin } from '../origin.ts';
import type { UpstreamTls } from '../upstream-tls.ts';

/** How TLS is spoken to endpoints, where it is; without this policy they are not verified and shown nothing. */
export interface UpstreamTlsPolicy {
  readonly kind: 'upstream-tls';
  readonly tls: UpstreamTls;
  readonly from: Origin;
}
