import type { WatchedKind, WatchedKinds } from './object.ts';

/**
 * Immutable view of every watched object at one revision. Maps are keyed `namespace/name` (`name` for cluster-scoped
 * kinds). A map keeps its identity from one snapshot to the next while no object of its kind changes.
 */
export interface Snapshot {
  readonly revision: number;
  /** Objects that the data plane refused, by `Kind namespace/name`, with its words: where one is missing below, this is why. */
  readonly setAside?: ReadonlyMap<string, string>;
  readonly objects: { readonly [Kind in WatchedKind]: ReadonlyMap<string, WatchedKinds[Kind]> };
}
