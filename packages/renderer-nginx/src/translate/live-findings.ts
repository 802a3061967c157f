import { diagnose } from '@sluice/core';
import type { Diagnostic, RoutingModel } from '@sluice/core';

/** Variables of routes, which an upstream of several routes does not know. */
const OF_ROUTES: ReadonlySet<string> = new Set(['namespace', 'ingress_name']);

/** What Lua does otherwise than asked for, about upstreams: the table of annotations does not know them. */
export function liveFindings({ upstreams }: RoutingModel): readonly Diagnostic[] {
  return upstreams.flatMap(({ balancing }) => {
    if (balancing?.kind !== 'hash') return [];
    const unknown = balancing.key.flatMap((part) => (typeof part !== 'string' && OF_ROUTES.has(part.variable) ? `$${part.variable}` : []));
    if (unknown.length === 0) return [];
    return [
      diagnose('SLU1509', balancing.from, `${unknown.join(' and ')} in the key is empty: paths of several Ingresses share the endpoints`),
    ];
  });
}
