import type { Policy, Route, VariableText } from '@sluice/core';
import { directive, literal, variable } from '../render/directive.ts';
import type { Directive } from '../render/directive.ts';
import { escapedTarget } from './external-auth.ts';
import { hasStandIn, standInVariables } from './request-headers.ts';
import { escapesTarget, namesUpstream } from './variables.ts';

/** Variables that texts of the route are made of, where they cost something. */
export function textVariables(route: Route, live: boolean): readonly Directive[] {
  const all = route.policies.flatMap(textsOf);
  return [
    ...(all.some(namesUpstream) ? upstreamNames(route) : []),
    ...(all.some(escapesTarget) ? [escapedTarget(live)] : []),
    ...(hasStandIn(route) ? standInVariables() : []),
  ];
}

function textsOf(policy: Policy): readonly VariableText[] {
  switch (policy.kind) {
    case 'upstream-host':
      return [policy.host];
    case 'mirror':
      return [policy.target, ...(policy.host === undefined ? [] : [policy.host])];
    case 'external-auth':
      return [policy.url, ...(policy.signin === undefined ? [] : [policy.signin]), ...policy.setHeaders.map(([, value]) => value)];
    default:
      return [];
  }
}

/** What is known of the upstream before a side of it is chosen; Lua says which one it was in the end. */
function upstreamNames({ action }: Route): readonly Directive[] {
  const id = action.kind === 'forward' ? action.upstream : '';
  const [, namespace = '', service = '', port = ''] = /^([^/]*)\/(.*):([^:]*)$/.exec(id) ?? [];
  return [
    directive('set', variable('sluice_names'), 1),
    directive('set', variable('sluice_service_namespace'), literal(namespace)),
    directive('set', variable('sluice_service_name'), literal(service)),
    directive('set', variable('sluice_service_port'), literal(port)),
  ];
}
