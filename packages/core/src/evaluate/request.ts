/** What routing looks at in a request. All strings are "binary": one char per byte as received. */
export interface RoutedRequest {
  /** The request arrived over TLS. */
  readonly secure: boolean;
  /** Value of the Host header (or authority of an absolute-form target, which wins): with port and in any case; empty when there is none. */
  readonly host: string;
  /** Request target in origin form as sent: path and query, `/a/../b?x=1`. */
  readonly target: string;
}
