import type { Diagnostic, Origin, RoutingModel, Upstream, VirtualHost } from '@sluice/core';

type Finding = readonly [from: Origin, message: string];

/** What is done otherwise than asked for without Lua, about upstreams: the table of annotations does not know them. */
export function staticFindings(
  { upstreams, virtualHosts }: RoutingModel,
  diagnose: (code: 'SLU1509', from: Origin, message: string) => Diagnostic,
): readonly Diagnostic[] {
  const found = [...upstreams.flatMap(findingsOf), ...virtualHosts.flatMap(aliasesOf)];
  return found.map(([from, message]) => diagnose('SLU1509', from, message));
}

function aliasesOf({ aliases, tls }: VirtualHost): readonly Finding[] {
  if (aliases === undefined || tls?.certificate === undefined) return [];
  return [[aliases.from, 'without Lua aliases are served with the certificate of their host, also where that does not list them']];
}

function findingsOf({ affinity, balancing, canary, endpoints }: Upstream): readonly Finding[] {
  const named = endpoints.find(({ kind }) => kind === 'name');
  return [
    ...(affinity === undefined
      ? []
      : [[affinity.from, 'without Lua cookies are hashed to endpoints: clients may move when endpoints come or go; Expires and changes after failures are left out'] as const]),
    ...(balancing?.kind === 'hash' && affinity === undefined
      ? [[balancing.from, 'without Lua nginx hashes by itself: keys belong to other endpoints, and subsets are not formed'] as const]
      : []),
    ...(balancing?.kind === 'ewma' && affinity === undefined
      ? [[balancing.from, 'without Lua the endpoint with fewer connections of two is taken'] as const]
      : []),
    ...(canary !== undefined && affinity !== undefined ? [[canary.from, 'without Lua affinity cookies do not decide about the canary'] as const] : []),
    ...(named === undefined ? [] : [[named.from, 'without Lua nginx asks the name servers itself: no search list, no hosts file'] as const]),
  ];
}
