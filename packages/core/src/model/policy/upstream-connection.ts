import type { Origin } from '../origin.ts';

/** A fixed Connection header for the upstream (annotation `connection-proxy-header`): upgrades are then not asked for. */
export interface UpstreamConnectionPolicy {
  readonly kind: 'upstream-connection';
  readonly value: 'close' | 'keep-alive';
  readonly from: Origin;
}
