import type { PathMatch } from './match.ts';
import type { Origin } from './origin.ts';
import type { Policy } from './policy/policy.ts';
import type { Redirect } from './redirect.ts';
import type { RouteLabels } from './route-labels.ts';

/** What a route does with the requests that it takes. */
export type RouteAction =
  /** Proxies to the upstream with this id; answers 503 while that has no endpoint. */
  | { readonly kind: 'forward'; readonly upstream: string }
  | { readonly kind: 'redirect'; readonly redirect: Redirect }
  /** Answers with this status before anything else is looked at; `from` is what is wrong. */
  | { readonly kind: 'refuse'; readonly status: number; readonly because: string; readonly from: Origin }
  /** Answers with this status and a short page; `because` is a sentence for `explain`. */
  | { readonly kind: 'respond'; readonly status: number; readonly because: string };

/** One matcher of a virtual host and what happens to the requests that it takes. */
export interface Route {
  readonly match: PathMatch;
  readonly action: RouteAction;
  /** Sorted by kind. They come before `forward` and `respond`; a `redirect` answers before any policy is looked at. */
  readonly policies: readonly Policy[];
  /** Absent where no Ingress has the route. */
  readonly labels?: RouteLabels;
  readonly from: Origin;
}
