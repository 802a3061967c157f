import type { Comparison } from './side-by-side.ts';
import type { Difference } from './difference.ts';

/** A difference between the backends that the docs tell. */
export interface DeclaredDifference {
  readonly name: string;
  /** Where users read of it. */
  readonly declared: string;
  readonly reason: string;
  /** Whether this is it, and nothing else. */
  readonly accounts: (difference: Difference, comparison: Comparison) => boolean;
}

/** Every difference between node (left) and nginx (right) that is meant to be. Each names exactly what differs, and when. */
export const declaredDifferences: readonly DeclaredDifference[] = [];

/** The differences that nothing declares. */
export function undeclared(comparison: Comparison): readonly Difference[] {
  return comparison.differences.filter((difference) => !declaredDifferences.some(({ accounts }) => accounts(difference, comparison)));
}
