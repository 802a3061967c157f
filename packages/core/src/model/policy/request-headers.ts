import type { Origin } from '../origin.ts';
import type { VariableText } from '../variable-text.ts';

/** Header lines for the upstream (settings `proxy-set-headers`, `proxy-add-original-uri-header`). */
export interface RequestHeadersPolicy {
  readonly kind: 'request-headers';
  /** `set` replaces what the client and the proxy say under the name; `add` sends another line. A line without a value is none. */
  readonly lines: readonly { readonly op: 'set' | 'add'; readonly name: string; readonly value: VariableText }[];
  readonly from: Origin;
}
