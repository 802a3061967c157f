import type { Origin } from '../origin.ts';

/** Header lines of every answer of the route, instead of what the upstream sends under the names (annotation `custom-headers`, setting `add-headers`). */
export interface ResponseHeadersPolicy {
  readonly kind: 'response-headers';
  /** Sorted by name; values are sent as they are. */
  readonly lines: readonly { readonly name: string; readonly value: string }[];
  readonly from: Origin;
}
