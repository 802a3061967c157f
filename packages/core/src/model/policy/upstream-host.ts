import type { Origin } from '../origin.ts';
import type { VariableText } from '../variable-text.ts';

/** The upstream gets another Host header than the client sent (annotation `upstream-vhost`); X-Forwarded-Host stays as it is. */
export interface UpstreamHostPolicy {
  readonly kind: 'upstream-host';
  readonly host: VariableText;
  readonly from: Origin;
}
