import type { Origin } from '../model/origin.ts';

/** One object that made the data plane refuse an artifact, with the data plane's own words. */
export interface Culprit {
  readonly from: Origin;
  readonly message: string;
}

/**
 * What the data plane thinks of an artifact before it goes live. `refused` names the guilty objects, so that they can be
 * set aside and the rest tried again; an empty list means that nobody could be blamed and nothing goes live.
 */
export type Validation =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly culprits: readonly Culprit[]; readonly message: string };
