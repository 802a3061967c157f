import type { Route } from '../model/route.ts';
import type { Upstream } from '../model/upstream.ts';
import type { VirtualHost } from '../model/virtual-host.ts';

/** What happens to a request. `host` and `route` are absent when the request was refused before routing. */
export type Verdict =
  | { readonly kind: 'forward'; readonly host: VirtualHost; readonly route: Route; readonly upstream: Upstream }
  | { readonly kind: 'redirect'; readonly host: VirtualHost; readonly route: Route; readonly status: number; readonly location: string }
  | { readonly kind: 'respond'; readonly host?: VirtualHost; readonly route?: Route; readonly status: number; readonly because: string };
