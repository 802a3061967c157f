import type { BasicAuthPolicy } from '../model/policy/basic-auth.ts';
import type { ExternalAuthPolicy } from '../model/policy/external-auth.ts';
import type { LimitPolicy } from '../model/policy/limit.ts';
import { policyOf } from '../model/policy/policy.ts';
import type { Route } from '../model/route.ts';
import { hasAddress } from './address-set.ts';
import type { Narrator } from './reason.ts';

type Teller = NonNullable<Narrator>;

/** Tells how much a client may ask for. */
export function tellLimit(limit: LimitPolicy | undefined, address: string, tell: Teller): void {
  if (limit === undefined) return;
  const { perSecond, perMinute, connections, rateStatus, connectionStatus, from } = limit;
  const limits = [
    ...(connections === undefined ? [] : [`${connections} at the same time`]),
    ...(perSecond === undefined ? [] : [`${perSecond.requests} a second (${perSecond.burst} more at once)`]),
    ...(perMinute === undefined ? [] : [`${perMinute.requests} a minute (${perMinute.burst} more at once)`]),
  ];
  if (hasAddress(limit.exempt, address)) return tell({ step: 'policy', text: `the limits do not count ${address}`, from });
  const statuses = [
    ...new Set([...(connections === undefined ? [] : [connectionStatus]), ...(perSecond || perMinute ? [rateStatus] : [])]),
  ];
  const text = `${statuses.join(' or ')} for a client that sends more than ${limits.join(', ')}`;
  tell({ step: 'policy', text, from, unless: { step: 'limit', statuses } });
}

/** Tells what the data plane asks: the password, then the external service. */
export function tellQuestions(route: Route, tell: Teller): void {
  const [basic, external] = [policyOf(route, 'basic-auth'), policyOf(route, 'external-auth')];
  const refusal = external?.signin === undefined ? 401 : 302;
  if (basic !== undefined && basic.realm !== 'off') tellPassword(basic, refusal, tell);
  if (external !== undefined) tellExternal(external, refusal, tell);
  if (basic?.realm === 'off' && external === undefined) tellNobodyElse(route, tell);
}

function tellPassword({ secret, from }: BasicAuthPolicy, refusal: number, tell: Teller): void {
  const text = `${refusal} without the name and password of a user in Secret ${secret}`;
  tell({ step: 'policy', text, from, unless: { step: 'basic-auth', statuses: [refusal, 503] } });
}

function tellExternal({ urlText, signin, from }: ExternalAuthPolicy, refusal: number, tell: Teller): void {
  const said = signin === undefined ? '401' : 'a redirect to the sign-in page instead of 401';
  const text = `${urlText} is asked: 2xx lets the request pass; else ${said}, 403, or 500 for any other answer`;
  tell({ step: 'policy', text, from, unless: { step: 'external-auth', statuses: [refusal, 403, 500] } });
}

/** One passed check is enough, and there is none besides that of the address. */
function tellNobodyElse(route: Route, tell: Teller): void {
  const from = policyOf(route, 'satisfy-any')?.from;
  if (from === undefined || (policyOf(route, 'source-range')?.allow.length ?? 0) === 0) return;
  tell({
    step: 'policy',
    text: '403 for the address, since no password is asked for',
    from,
    unless: { step: 'basic-auth', statuses: [403] },
  });
}
