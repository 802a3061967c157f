import type { RouteLabels } from '../../model/route-labels.ts';
import type { RequestMeasures } from './histogram-layout.ts';

/** One endpoint that was asked. Times are -1 for what did not happen. */
export interface UpstreamTry {
  /** `host:port`. */
  readonly address: string;
  /** 0 when there was no answer. */
  readonly status: number;
  /** Of the body of its answer. */
  readonly bodyBytes: number;
  readonly connectMs: number;
  readonly headerMs: number;
  readonly responseMs: number;
  /** Asked because of what the one before said, as for an error page: nginx writes `:` in front of it and not `,`. */
  readonly another: boolean;
}

/** A finished request as the access log and the metrics see it. Texts are binary strings (one char per byte). */
export interface RequestRecord extends RequestMeasures {
  /** When it was over, milliseconds since 1970. */
  readonly endMs: number;
  readonly clientAddress: string;
  readonly clientPort: number;
  /** The port of the listener. */
  readonly serverPort: number;
  readonly secure: boolean;
  readonly method: string;
  /** Request target as sent. */
  readonly target: string;
  /** `HTTP/1.1`; empty where there was none. */
  readonly protocol: string;
  /** Name that the request was routed by, as sent; empty for none. */
  readonly authority: string;
  /** Status sent; 499 when the client went away before one was. */
  readonly status: number;
  /** Bytes of the body of the answer. */
  readonly bodyBytes: number;
  readonly requestId: string;
  /** Name of the virtual host; `*` for the one of all other names, empty before one was known. */
  readonly host: string;
  readonly labels: RouteLabels | undefined;
  /** `namespace-service-port` of the canary that took the request; empty for none. */
  readonly canary: string;
  /** Of basic authentication; undefined where nobody has said a name, or nobody wants to know. */
  readonly remoteUser: string | undefined;
  /** In their order. */
  readonly tries: readonly UpstreamTry[];
  /** Value of a request header, by its name in lower case, of those that the log asks for. */
  header(name: string): string | undefined;
}
