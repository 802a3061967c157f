import { diagnose } from '@sluice/core';
import type { Diagnostic, Origin, RoutingModel, Upstream, VirtualHost } from '@sluice/core';

type Finding = readonly [from: Origin, message: string];

/** What is done otherwise than asked for without Lua, about upstreams: the table of annotations does not know them. */
export function staticFindings({ upstreams, virtualHosts }: RoutingModel): readonly Diagnostic[] {
  const found = [...upstreams.flatMap(findingsOf), ...virtualHosts.flatMap(aliasesOf)];
  return found.map(([from, message]) => diagnose('SLU1509', from, message));
}

function aliasesOf({ aliases, tls }: VirtualHost): readonly Finding[] {
  if (aliases === undefined || tls?.certificate === undefined) return [];
  return [[aliases.from, 'without Lua aliases are served with the certificate of their host, also where that does not list them']];
}

function findingsOf(upstream: Upstream): readonly Finding[] {
  const { affinity, canary, endpoints } = upstream;
  const named = endpoints.find(({ kind }) => kind === 'name');
  const alike = canary !== undefined && affinity !== undefined;
  return [
    ...balancingOf(upstream),
    ...(alike ? [[canary.from, 'without Lua affinity cookies do not decide about the canary'] as const] : []),
    ...(named === undefined
      ? []
      : [[named.from, 'without Lua nginx asks the name servers itself: no search list, no hosts file'] as const]),
  ];
}

const HASHED_COOKIES =
  'without Lua cookies are hashed to endpoints: clients may move when endpoints come or go; Expires and changes after failures are left out';
const HASHED_KEYS = 'without Lua nginx hashes by itself: keys belong to other endpoints, and subsets are not formed';

function balancingOf({ affinity, balancing }: Upstream): readonly Finding[] {
  if (affinity !== undefined) return [[affinity.from, HASHED_COOKIES]];
  if (balancing?.kind === 'hash') return [[balancing.from, HASHED_KEYS]];
  return balancing?.kind === 'ewma' ? [[balancing.from, 'without Lua the endpoint with fewer connections of two is taken']] : [];
}
