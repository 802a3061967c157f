import { endpointKey } from '../model/endpoint.ts';
import { formatObject } from '../model/origin.ts';
import type { Origin } from '../model/origin.ts';
import type { Decision } from './evaluate.ts';
import type { RoutedRequest } from './request.ts';

/** A decision as plain data for people and scripts: the JSON of `sluice explain` and `/api/explain`. */
export interface Explanation {
  readonly request: RoutedRequest;
  readonly outcome: 'forward' | 'redirect' | 'respond';
  /** Status that is answered; absent when the upstream decides. */
  readonly status?: number;
  readonly location?: string;
  /** Whether a rule or default backend that somebody wrote takes the request. */
  readonly routed: boolean;
  readonly host?: string;
  readonly route?: { readonly match: string; readonly path: string; readonly object: string; readonly field: string };
  readonly upstream?: { readonly id: string; readonly endpoints: readonly string[] };
  readonly reasons: readonly { readonly step: string; readonly text: string; readonly object?: string; readonly field?: string }[];
}

/** Flattens a decision; nothing in it is secret. */
export function explanationOf(request: RoutedRequest, { verdict, reasons }: Decision): Explanation {
  const { route, host } = verdict;
  return {
    request,
    outcome: verdict.kind,
    ...(verdict.kind !== 'forward' && { status: verdict.status }),
    ...(verdict.kind === 'redirect' && { location: verdict.location }),
    routed: route !== undefined && route.from.object.kind !== 'Sluice',
    ...(host && { host: host.name }),
    ...(route && { route: { match: route.match.kind, path: route.match.path, ...where(route.from) } }),
    ...(verdict.kind === 'forward' && { upstream: { id: verdict.upstream.id, endpoints: verdict.upstream.endpoints.map(endpointKey) } }),
    reasons: reasons.map(({ step, text, from }) => ({ step, text, ...(from && where(from)) })),
  };
}

function where({ object, field }: Origin): { readonly object: string; readonly field: string } {
  return { object: formatObject(object), field };
}
