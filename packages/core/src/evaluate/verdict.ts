import type { Route } from '../model/route.ts';
import type { Upstream } from '../model/upstream.ts';
import type { VirtualHost } from '../model/virtual-host.ts';
import type { HeaderEdit } from './header-edit.ts';

/** What a verdict of any kind may say besides. */
export interface VerdictEdits {
  /** Changes of the header lines that the client gets, in this order; absent for none. */
  readonly responseEdits?: readonly HeaderEdit[];
}

/** What happens to a request. `host` and `route` are absent when the request was refused before they were known. */
export type Verdict = ForwardVerdict | RedirectVerdict | RespondVerdict;

export interface ForwardVerdict extends VerdictEdits {
  readonly kind: 'forward';
  readonly host: VirtualHost;
  readonly route: Route;
  readonly upstream: Upstream;
  /** What the upstream gets instead of the target as sent; absent when nothing is rewritten. */
  readonly rewritten?: Rewritten;
  /** The address alone is enough: no password and no external service is asked for. */
  readonly admitted?: boolean;
  /** The upstream is asked for the page of this status (GET or HEAD, no body) instead of being sent the request. */
  readonly errorPage?: number;
  /** Of a verdict with `errorPage`: as for answers. */
  readonly counted?: boolean;
  /** Changes of the header lines that the upstream gets; absent for none. */
  readonly requestEdits?: readonly HeaderEdit[];
}

export interface RedirectVerdict extends VerdictEdits {
  readonly kind: 'redirect';
  readonly host: VirtualHost;
  readonly route?: Route;
  readonly status: number;
  readonly location: string;
}

export interface RespondVerdict extends VerdictEdits {
  readonly kind: 'respond';
  readonly host?: VirtualHost;
  readonly route?: Route;
  readonly status: number;
  readonly because: string;
  /** The limits of the route come first: they count this answer, and may answer 503 instead. */
  readonly counted?: boolean;
  /** What is sent instead of the page for the status, a binary string. */
  readonly text?: string;
}

export interface Rewritten {
  /** Path and query string. */
  readonly target: string;
  /** Value of `X-Forwarded-Prefix`. */
  readonly forwardedPrefix?: string;
}
