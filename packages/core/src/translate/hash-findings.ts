import { diagnose } from '../observe/diagnostic.ts';
import type { Diagnostic } from '../observe/diagnostic.ts';
import type { RoutingModel } from '../model/routing-model.ts';

/** Variables of routes, which an upstream of several routes does not know. */
const OF_ROUTES: ReadonlySet<string> = new Set(['namespace', 'ingress_name']);

/** What becomes of keys that Lua makes for upstreams (`lua/sluice/text.lua`): the table of annotations knows no values. */
export function hashFindings({ upstreams }: RoutingModel): readonly Diagnostic[] {
  return upstreams.flatMap(({ balancing }) => {
    if (balancing?.kind !== 'hash') return [];
    const unknown = balancing.key.flatMap((part) => (typeof part !== 'string' && OF_ROUTES.has(part.variable) ? `$${part.variable}` : []));
    if (unknown.length === 0) return [];
    return [
      diagnose('SLU1509', balancing.from, `${unknown.join(' and ')} in the key is empty: paths of several Ingresses share the endpoints`),
    ];
  });
}
