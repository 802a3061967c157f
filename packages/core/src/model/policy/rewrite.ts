import type { Origin } from '../origin.ts';

/** The upstream gets another path than the client sent; the query string is kept (annotation `rewrite-target`). */
export interface RewritePolicy {
  readonly kind: 'rewrite';
  /** PCRE, searched in the normalised path anywhere and without regard to case; its groups are `$1` to `$9` of the target. */
  readonly pattern: string;
  /** The whole new path; what `pattern` does not match keeps its path. */
  readonly target: string;
  /** Sent as `X-Forwarded-Prefix`, with groups filled in (annotation `x-forwarded-prefix`). */
  readonly forwardedPrefix?: string;
  readonly from: Origin;
}
