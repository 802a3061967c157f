/** How the `Location` of a redirect is made from the request. */
export interface Redirect {
  /** 300 to 308. */
  readonly status: number;
  readonly location: RedirectLocation;
}

export type RedirectLocation =
  /** The request's scheme and canonical host, `path`, and the request's query string. */
  | { readonly kind: 'path'; readonly path: string }
  /** `https`, the request's Host header without its port, and the request target as sent, without its last slash unless that is kept. */
  | { readonly kind: 'https'; readonly keepTrailingSlash: boolean }
  /** Exactly this. */
  | { readonly kind: 'url'; readonly url: string }
  /** The request's scheme and Host header as sent, and `path`; no query string. */
  | { readonly kind: 'root'; readonly path: string }
  /** The request's scheme and port (always written) with another host name, and the target as sent without its last slash. */
  | { readonly kind: 'host'; readonly name: string };
