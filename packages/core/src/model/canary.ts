import type { Origin } from './origin.ts';

/** What a request header says about the side that a request goes to; anything that is not named here goes on to the next rule. */
export type CanaryHeaderRule =
  /** `always` is the canary, `never` the main side. */
  | { readonly kind: 'words' }
  /** Exactly this value is the canary. */
  | { readonly kind: 'value'; readonly value: string }
  /** A value that this PCRE is found in is the canary. */
  | { readonly kind: 'pattern'; readonly pattern: string }
  /** The pattern cannot be used: requests with the header stay on the main side. */
  | { readonly kind: 'unusable' };

/** Which requests go to the other upstream: header, then cookie, then weight; the first rule that decides wins. */
export interface CanaryRules {
  /** `name` in lower case, `-` for `_` as nginx reads it. */
  readonly header?: { readonly name: string; readonly rule: CanaryHeaderRule };
  /** Name of a cookie whose value `always` is the canary and `never` the main side. */
  readonly cookie?: string;
  /** Of `weightTotal` undecided requests so many go to the canary, by chance. */
  readonly weight: number;
  readonly weightTotal: number;
  readonly from: Origin;
}

/** Another upstream that takes a part of the requests of an upstream. */
export interface Canary extends CanaryRules {
  /** Id of the upstream; it is not chosen while it has no endpoint. */
  readonly upstream: string;
}
