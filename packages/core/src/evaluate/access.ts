import { policyOf } from '../model/policy/policy.ts';
import type { SourceRangePolicy } from '../model/policy/source-range.ts';
import type { Route } from '../model/route.ts';
import { hasAddress } from './address-set.ts';
import type { Narrator } from './reason.ts';
import { tellLimit, tellQuestions } from './tell-access.ts';

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
