import type { Explanation } from '@sluice/core';
import { NAMELESS } from '../odd-request.ts';
import { AUTH } from './servers.ts';
import type { Difference } from './difference.ts';
import type { Observation } from './observation.ts';
import type { ReceivedRequest } from './recording-server.ts';
import type { WideRequest } from './wide-request.ts';
import type { Place } from './wide-rules.ts';

/** How an explanation says that a connection is closed without an answer. */
const NO_ANSWER = 444;

/**
 * Whether somebody could ask for the explanation of a request: it is well-formed, and its target can be written as a URL. What is not a request
 * is answered 400 before anything is decided.
 */
export function isExplainable({ method, minor, chunked = false, target }: WideRequest): boolean {
  return method === method.toUpperCase() && !(minor === 0 && chunked) && !/[^\x20-\x7e]/.test(target);
}

/** An explanation, with its texts as observations have them. */
export interface Promised {
  readonly explanation: Explanation;
  readonly location: string | undefined;
  readonly target: string;
}

/** In what an observation is not what was explained; `whose` names the backend. */
export function explainedDifference(whose: string, seen: Observation, promise: Promised, places: readonly Place[]): readonly Difference[] {
  const forwarded = seen.received.filter(({ server }) => server !== AUTH);
  if (isPromised(seen, forwarded, promise, places) || isExcepted(seen, forwarded, promise.explanation, places)) return [];
  const { outcome, status, upstream, conditions } = promise.explanation;
  const told = {
    outcome,
    status,
    location: promise.location,
    upstream: upstream?.id,
    target: promise.target,
    or: conditions.map(({ step }) => step),
  };
  const got = { status: seen.status, location: locationOf(seen), received: forwarded.map(({ server, target }) => `${server} ${target}`) };
  return [{ what: `explained, ${whose}`, left: JSON.stringify(told), right: JSON.stringify(got) }];
}

function isPromised(
  seen: Observation,
  forwarded: readonly ReceivedRequest[],
  { explanation, location, target }: Promised,
  places: readonly Place[],
): boolean {
  if (explanation.outcome === 'forward')
    return forwarded.some((one) => one.target === target && isOf(one, explanation.upstream?.endpoints ?? [], places));
  const status = explanation.status === NO_ANSWER ? 'none' : String(explanation.status);
  return forwarded.length === 0 && seen.status === status && withoutNameless(locationOf(seen)) === withoutNameless(location);
}

/** Whether it is one of the other outcomes that the explanation lists. */
function isExcepted(
  seen: Observation,
  forwarded: readonly ReceivedRequest[],
  { conditions }: Explanation,
  places: readonly Place[],
): boolean {
  return conditions.some(({ statuses, upstream }) => {
    if (statuses === undefined && upstream === undefined) return true;
    if (upstream !== undefined && forwarded.some((one) => isOf(one, upstream.endpoints, places))) return true;
    return forwarded.length === 0 && statuses?.some((status) => String(status) === seen.status) === true;
  });
}

function isOf({ server }: ReceivedRequest, endpoints: readonly string[], places: readonly Place[]): boolean {
  const sameService = places.filter(({ name }) => name === server || name.replace(/-\d$/, '') === server);
  return sameService.some(({ address, port }) => endpoints.includes(`${address}:${port}`));
}

function locationOf({ headers }: Observation): string | undefined {
  return headers.find(([name]) => name === 'location')?.[1];
}

/** Answers to requests without a host name none, or what stands for it. */
function withoutNameless(location: string | undefined): string | undefined {
  return location?.replace(`://${NAMELESS}`, '://');
}
