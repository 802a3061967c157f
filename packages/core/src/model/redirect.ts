/** How the `Location` of a redirect is made from the request. */
export interface Redirect {
  /** 301, 302, 303, 307 or 308. */
  readonly status: number;
  readonly location:
    /** The request's scheme and canonical host, `path`, and the request's query string. */
    | { readonly kind: 'path'; readonly path: string }
    /** `https`, the request's Host header without its port, and the request target as sent, one trailing slash cut off. */
    | { readonly kind: 'https' };
}
