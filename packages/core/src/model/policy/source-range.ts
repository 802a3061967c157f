import type { Origin } from '../origin.ts';

/** Which client addresses may use a route; the others are answered 403. */
export interface SourceRangePolicy {
  readonly kind: 'source-range';
  /** Addresses and CIDR blocks; looked at before `allow`. */
  readonly deny: readonly string[];
  /** Addresses and CIDR blocks; empty: everybody whom `deny` does not have. */
  readonly allow: readonly string[];
  readonly from: Origin;
}
