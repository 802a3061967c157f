import type { LimitPolicy } from '../model/policy/limit.ts';
import { policyOf } from '../model/policy/policy.ts';
import type { SourceRangePolicy } from '../model/policy/source-range.ts';
import type { Route } from '../model/route.ts';
import { hasAddress } from './address-set.ts';
import type { Narrator } from './reason.ts';

/**
 * What the checks of a route make of an address: 403 for sure, in without any other check, or up to the other checks, which
 * the data plane makes (password, external service).
 */
export type AddressOutcome = 'refused' | 'admitted' | 'undecided';

/** Whether a client address may use a route, with what else is asked told. */
export function checkAccess(route: Route, address: string, tell?: Narrator): AddressOutcome {
  if (tell !== undefined) tellLimit(policyOf(route, 'limit'), address, tell);
  const outcome = checkAddress(route, address, tell);
  if (outcome === 'undecided' && tell !== undefined) tellQuestions(route, tell);
  return outcome;
}

function checkAddress(route: Route, address: string, tell: Narrator): AddressOutcome {
  const range = policyOf(route, 'source-range');
  if (range === undefined) return 'undecided';
  const standing = standingOf(range, address);
  tell?.({ step: 'policy', text: `the address ${address} is ${standing}`, from: range.from });
  const any = route.policies.some(({ kind }) => kind === 'basic-auth' || kind === 'external-auth') && policyOf(route, 'satisfy-any');
  if (!any) return standing === 'denied' ? 'refused' : 'undecided';
  tell?.({ step: 'policy', text: 'one passed check is enough: address, password or external service', from: any.from });
  return standing === 'allowed' ? 'admitted' : 'undecided';
}

function standingOf({ deny, allow }: SourceRangePolicy, address: string): 'denied' | 'allowed' | 'unlisted' {
  if (hasAddress(deny, address)) return 'denied';
  if (allow.length === 0) return 'unlisted';
  return hasAddress(allow, address) ? 'allowed' : 'denied';
}

function tellLimit(limit: LimitPolicy | undefined, address: string, tell: NonNullable<Narrator>): void {
  if (limit === undefined) return;
  const { perSecond, perMinute, connections, from } = limit;
  const limits = [
    ...(connections === undefined ? [] : [`${connections} at the same time`]),
    ...(perSecond === undefined ? [] : [`${perSecond.requests} a second (${perSecond.burst} more at once)`]),
    ...(perMinute === undefined ? [] : [`${perMinute.requests} a minute (${perMinute.burst} more at once)`]),
  ];
  const text = hasAddress(limit.exempt, address)
    ? `the limits do not count ${address}`
    : `503 for a client that sends more than ${limits.join(', ')}`;
  tell({ step: 'policy', text, from });
}

function tellQuestions(route: Route, tell: NonNullable<Narrator>): void {
  const basic = policyOf(route, 'basic-auth');
  if (basic !== undefined && basic.realm !== 'off')
    tell({ step: 'policy', text: `401 without the name and password of a user in Secret ${basic.secret}`, from: basic.from });
  const external = policyOf(route, 'external-auth');
  if (external === undefined) return;
  const refusal = external.signin === undefined ? '401' : 'a redirect to the sign-in page instead of 401';
  const text = `${external.urlText} is asked: 2xx lets the request pass; else ${refusal}, 403, or 500 for any other answer`;
  tell({ step: 'policy', text, from: external.from });
}
