import type { Origin } from '../origin.ts';

/** What is looked for in a value, and what takes its place. */
export interface ValueRewrite {
  readonly find:
    /** At the beginning of the value; the rest stays. */
    | { readonly kind: 'prefix'; readonly text: string }
    /** PCRE, anywhere in the value; the whole value is replaced. */
    | { readonly kind: 'regex'; readonly pattern: string; readonly ignoreCase: boolean };
  readonly replacement: string;
}

/** Changes the `Location` and `Refresh` headers of the upstream (annotations `proxy-redirect-from` and `-to`). */
export interface LocationRewritePolicy extends ValueRewrite {
  readonly kind: 'location-rewrite';
  readonly from: Origin;
}

/** Changes the Domain attribute of cookies that the upstream sets (annotation `proxy-cookie-domain`). */
export interface CookieDomainPolicy extends ValueRewrite {
  readonly kind: 'cookie-domain';
  readonly from: Origin;
}

/** Changes the Path attribute of cookies that the upstream sets (annotation `proxy-cookie-path`). */
export interface CookiePathPolicy extends ValueRewrite {
  readonly kind: 'cookie-path';
  readonly from: Origin;
}
