import type { NextUpstreamPolicy } from '../policy/next-upstream.ts';
import type { Policy } from '../policy/policy.ts';
import type { SourceRangePolicy } from '../policy/source-range.ts';
import { blockedAddresses } from './blocked-clients.ts';
import { headerLinesGroup } from './header-lines.ts';
import { proxyStatusesGroup } from './proxy-statuses.ts';
import { retriesGroup, withRetries } from './retries.ts';
import type { SettingValues } from './setting.ts';

/** What holds for every route, and is read into routes. The same object as long as nothing of it changes. */
export interface RouteSettings {
  readonly policies: readonly Policy[];
  /** The status of redirects to HTTPS, and between a host and the same with www. */
  readonly redirectStatus: number;
  /** Addresses that no route is for. */
  readonly blocked?: SourceRangePolicy;
  readonly retries?: NextUpstreamPolicy;
}

/** What the groups make of the values. */
export function routeSettings(values: SettingValues): RouteSettings {
  const [blocked, retries] = [blockedAddresses(values), retriesGroup.read(values)];
  return {
    policies: headerLinesGroup.read(values),
    redirectStatus: proxyStatusesGroup.read(values).redirect,
    ...(blocked && { blocked }),
    ...(retries && { retries }),
  };
}

/** The policies of a route, after its own and those of all routes have been put together. */
export function routePolicies(own: readonly Policy[], { policies, blocked, retries }: RouteSettings): readonly Policy[] {
  return [...policies, ...withBlocked(withRetries(own, retries), blocked)];
}

/** Lists of an Ingress do not let in whom the settings keep out. */
function withBlocked(policies: readonly Policy[], blocked: SourceRangePolicy | undefined): readonly Policy[] {
  if (blocked === undefined) return policies;
  if (!policies.some(({ kind }) => kind === 'source-range')) return [...policies, blocked];
  return policies.map((policy) => (policy.kind === 'source-range' ? { ...policy, deny: [...blocked.deny, ...policy.deny] } : policy));
}
