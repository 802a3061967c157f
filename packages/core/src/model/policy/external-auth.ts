import type { Origin } from '../origin.ts';
import type { VariableText } from '../variable-text.ts';

/** A service is asked about each request first: its 2xx lets the request pass, its 401 and 403 are returned, all else is 500. */
export interface ExternalAuthPolicy {
  readonly kind: 'external-auth';
  readonly url: VariableText;
  /** As written. */
  readonly urlText: string;
  /** Method of the question; absent: GET, and without `X-Original-URI` and `X-Scheme`. */
  readonly method?: string;
  /** Where clients are redirected instead of 401. */
  readonly signin?: VariableText;
  /** Headers of the answer that the upstream gets in place of the client's, lower case. */
  readonly responseHeaders: readonly string[];
  /** Answers are remembered under this key, together with host and path. */
  readonly cache?: { readonly key: VariableText; readonly durations: readonly CacheDuration[] };
  /** Added to the question. */
  readonly setHeaders: readonly (readonly [string, VariableText])[];
  /** `Set-Cookie` of the answer goes to the client whatever the final status is. */
  readonly alwaysSetCookie: boolean;
  /** `X-Auth-Request-Redirect` of the question; absent: the target of the request. */
  readonly requestRedirect?: string;
  readonly from: Origin;
}

/** How long answers of these statuses are remembered; no statuses: 200, 301 and 302 (nginx `proxy_cache_valid`). */
export interface CacheDuration {
  readonly statuses: readonly number[] | 'any';
  readonly ms: number;
}
