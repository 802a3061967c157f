import type { Generation } from './reloader.ts';

/**
 * How an artifact was received. `applied`: it serves now; `reasons` name why work was needed, and `draining` is how many
 * connections of clients still are with what served before, where that is known. `unchanged`: it already
 * served. `rejected`: the data plane refused it and kept the previous one. `rolledBack`: it served briefly and was undone.
 */
export type ApplyOutcome =
  | { readonly kind: 'applied'; readonly generation: Generation; readonly reasons: readonly string[]; readonly draining?: number }
  | { readonly kind: 'unchanged'; readonly generation: Generation }
  | { readonly kind: 'rejected'; readonly message: string }
  | { readonly kind: 'rolledBack'; readonly message: string };
