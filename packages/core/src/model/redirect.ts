/** How the `Location` of a redirect is made from the request. */
export interface Redirect {
  /** 300 to 308. */
  readonly status: number;
  readonly location: RedirectLocation;
}

/** How a redirect is written. */
export interface RedirectStyle {
  /** Without scheme and host. */
  readonly relative?: true;
  /** With the port of the listener, where that is not the usual one of the scheme. */
  readonly withPort?: true;
}

export type RedirectLocation =
  /** The request's scheme and canonical host, `path`, and the request's query string. */
  | ({ readonly kind: 'path'; readonly path: string } & RedirectStyle)
  /** `https`, the request's Host header without its port, and the request target as sent, without its last slash unless that is kept. */
  | { readonly kind: 'https'; readonly keepTrailingSlash: boolean; readonly withPort?: true }
  /** Exactly this; scheme and host of the request come before an absolute path. */
  | ({ readonly kind: 'url'; readonly url: string } & RedirectStyle)
  /** The request's scheme and Host header as sent, and `path`; no query string. */
  | { readonly kind: 'root'; readonly path: string }
  /** The request's scheme and port (always written) with another host name, and the target as sent without its last slash. */
  | { readonly kind: 'host'; readonly name: string };
