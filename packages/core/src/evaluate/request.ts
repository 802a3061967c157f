import type { ClientTls } from './client-auth.ts';
import type { ToldWay } from './forwarded.ts';

/** What routing looks at in a request. All strings are "binary": one char per byte as received. */
export interface RoutedRequest {
  /** The request arrived over TLS. */
  readonly secure: boolean;
  /** Port that upstreams are told: of the listener for HTTP, 443 for HTTPS. */
  readonly port: number;
  /** Port of the listener for HTTPS: where redirects with a port lead. */
  readonly httpsPort: number;
  readonly method: string;
  /** Value of the Host header (or authority of an absolute-form target, which wins): with port and in any case; empty when there is none. */
  readonly host: string;
  /** Request target in origin form as sent: path and query, `/a/../b?x=1`. */
  readonly target: string;
  /** Address of the client, without port and brackets. */
  readonly clientAddress: string;
  /** Drawn for this request, at least 0 and below 1: decides what is decided by chance. */
  readonly draw: number;
  /** 32 hexadecimal digits, or what the client sent as X-Request-ID. */
  readonly requestId: string;
  /** Content-Length; 0 when there is none. */
  readonly bodyBytes: number;
  /** The way on which it came, as those say who are believed; absent where nobody is asked. */
  readonly told?: ToldWay;
  /** Absent without TLS, and where nothing is known of it. */
  readonly tls?: ClientTls | undefined;
  /** Value of the first header line with this name (given in lower case), of all lines joined by `; ` for `cookie`; undefined when there is none. */
  header(name: string): string | undefined;
  /** All lines with this name joined by `, `; what has none knows of no header with several lines. */
  joined?(name: string): string | undefined;
}
