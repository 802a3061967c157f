import type { Origin } from './origin.ts';
import type { VariableText } from './variable-text.ts';

/** How the requests of an upstream are spread over its endpoints; round robin where nothing is said. */
export type Balancing =
  | { readonly kind: 'round-robin'; readonly from: Origin }
  /** Of two endpoints drawn by chance the one with the lower moving average of response times. */
  | { readonly kind: 'ewma'; readonly from: Origin }
  /** Requests with an equal key go to the same endpoint; few keys move when endpoints come or go. */
  | {
      readonly kind: 'hash';
      readonly key: VariableText;
      /** So many endpoints share a key instead of one; which of them answers is left to chance. */
      readonly subsetSize?: number;
      readonly from: Origin;
    };
