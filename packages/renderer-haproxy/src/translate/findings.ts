import { diagnose } from '@sluice/core';
import type { Diagnostic, RoutingModel } from '@sluice/core';
import type { TranslatedHost } from './host-names.ts';

/** What HAProxy cannot do as asked, besides what the fidelity table says of annotations. */
export function findings(hosts: readonly TranslatedHost[], { upstreams }: RoutingModel): readonly Diagnostic[] {
  return [...hosts.flatMap(({ maps }) => maps.unreachable.map(({ from }) => tooLong(from))), ...upstreams.flatMap(hashFindings)];
}

function tooLong(from: Parameters<typeof diagnose>[1]): Diagnostic {
  return diagnose('SLU1509', from, 'HAProxy takes no request whose path is that long');
}

/** The key is made before anybody knows which path of the upstream is asked for. */
function hashFindings({ balancing }: RoutingModel['upstreams'][number]): readonly Diagnostic[] {
  if (balancing?.kind !== 'hash') return [];
  const empty = balancing.key.some((part) => typeof part !== 'string' && /^(?:namespace|ingress_name)$/.test(part.variable));
  return empty ? [diagnose('SLU1509', balancing.from, 'the key is made without $namespace and $ingress_name')] : [];
}
