import type { Origin } from '../origin.ts';

/** Endpoints are spoken to with TLS: always, or when the client came with TLS. */
export interface BackendProtocolPolicy {
  readonly kind: 'backend-protocol';
  readonly protocol: 'https' | 'as-client';
  readonly from: Origin;
}
