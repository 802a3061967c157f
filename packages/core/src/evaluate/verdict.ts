import type { Route } from '../model/route.ts';
import type { Upstream } from '../model/upstream.ts';
import type { VirtualHost } from '../model/virtual-host.ts';

/** What happens to a request. `host` and `route` are absent when the request was refused before they were known. */
export type Verdict = ForwardVerdict | RedirectVerdict | RespondVerdict;

export interface ForwardVerdict {
  readonly kind: 'forward';
  readonly host: VirtualHost;
  readonly route: Route;
  readonly upstream: Upstream;
  /** What the upstream gets instead of the target as sent; absent when nothing is rewritten. */
  readonly rewritten?: Rewritten;
}

export interface RedirectVerdict {
  readonly kind: 'redirect';
  readonly host: VirtualHost;
  readonly route?: Route;
  readonly status: number;
  readonly location: string;
}

export interface RespondVerdict {
  readonly kind: 'respond';
  readonly host?: VirtualHost;
  readonly route?: Route;
  readonly status: number;
  readonly because: string;
}

export interface Rewritten {
  /** Path and query string. */
  readonly target: string;
  /** Value of `X-Forwarded-Prefix`. */
  readonly forwardedPrefix?: string;
}
