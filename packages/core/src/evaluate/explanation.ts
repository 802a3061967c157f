import { endpointKey } from '../model/endpoint.ts';
import { formatObject } from '../model/origin.ts';
import type { Origin } from '../model/origin.ts';
import type { Decision } from './evaluate.ts';
import type { RoutedRequest } from './request.ts';

/** A decision as plain data for people and scripts: the JSON of `sluice explain` and `/api/explain`. */
export interface Explanation {
  readonly request: { readonly secure: boolean; readonly method: string; readonly host: string; readonly target: string };
  readonly outcome: 'forward' | 'redirect' | 'respond';
  /** Status that is answered; absent when the upstream decides. */
  readonly status?: number;
  readonly location?: string;
  /** Whether a rule or default backend that somebody wrote takes the request. */
  readonly routed: boolean;
  readonly host?: string;
  readonly route?: { readonly match: string; readonly path: string; readonly object: string; readonly field: string };
  /** What the upstream gets instead of the target as sent. */
  readonly rewritten?: { readonly target: string; readonly forwardedPrefix?: string };
  readonly upstream?: { readonly id: string; readonly endpoints: readonly string[] };
  readonly reasons: readonly { readonly step: string; readonly text: string; readonly object?: string; readonly field?: string }[];
}

/** Flattens a decision; nothing in it is secret. */
export function explanationOf(request: RoutedRequest, { verdict, reasons }: Decision): Explanation {
  const { route, host } = verdict;
  const { secure, method, host: authority, target } = request;
  return {
    request: { secure, method, host: authority, target },
    outcome: verdict.kind,
    ...(verdict.kind !== 'forward' && { status: verdict.status }),
    ...(verdict.kind === 'redirect' && { location: verdict.location }),
    routed: route !== undefined && route.from.object.kind !== 'Sluice',
    ...(host && { host: host.name }),
    ...(route && { route: { match: route.match.kind, path: route.match.path, ...where(route.from) } }),
    ...(verdict.kind === 'forward' && verdict.rewritten && { rewritten: verdict.rewritten }),
    ...(verdict.kind === 'forward' && { upstream: { id: verdict.upstream.id, endpoints: verdict.upstream.endpoints.map(endpointKey) } }),
    reasons: reasons.map(({ step, text, from }) => ({ step, text, ...(from && where(from)) })),
  };
}

function where({ object, field }: Origin): { readonly object: string; readonly field: string } {
  return { object: formatObject(object), field };
}
