import type { WatchedKind, WatchedKinds } from './object.ts';

/**
 * Immutable view of every watched object at one revision. Maps are keyed `namespace/name` (`name` for cluster-scoped
 * kinds). A map keeps its identity from one snapshot to the next while no object of its kind changes.
 */
export interface Snapshot {
  readonly revision: number;
  readonly objects: { readonly [Kind in WatchedKind]: ReadonlyMap<string, WatchedKinds[Kind]> };
}
