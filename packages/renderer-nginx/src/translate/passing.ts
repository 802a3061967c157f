import type { Route } from '@sluice/core';
import type { Directive } from '../render/directive.ts';
import type { Surroundings } from './surroundings.ts';

/** A request that is to get to an endpoint of an upstream. */
export interface Passing {
  readonly route: Route;
  /** Id of the upstream. */
  readonly upstream: string;
  readonly around: Surroundings;
  /** The request itself is passed, not one for an error page: canary, affinity cookie, tries are its own. */
  readonly main?: boolean;
  /** A plan may have made another target, which is in `$sluice_target`. */
  readonly retargets?: boolean;
  /** Makes another path; `break` ends the rewrite phase, so it comes after everything that is set. */
  readonly rewrite?: readonly Directive[];
}
