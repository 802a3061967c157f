import { serverNameOf } from '@sluice/core';
import type { Policy, Route, VariableText, VirtualHost } from '@sluice/core';
import { block, directive, literal, luaBlock, variable } from '../render/directive.ts';
import type { Directive } from '../render/directive.ts';
import { escapedTarget } from './external-auth.ts';
import { hasStandIn, standInVariables } from './request-headers.ts';
import { upstreamParts } from './upstream-id.ts';
import { escapesTarget, namesHost, namesPath, namesUpstream } from './variables.ts';

/** Variables that texts of the route are made of, where they cost something. */
export function textVariables(host: VirtualHost, route: Route, live: boolean): readonly Directive[] {
  const all = route.policies.flatMap(textsOf);
  return [
    ...(all.some(namesUpstream) ? upstreamNames(route) : []),
    ...(all.some(namesHost) ? [directive('set', variable('sluice_server_name'), literal(serverNameOf(host)))] : []),
    ...(all.some(namesPath) ? [escapedPath(live)] : []),
    ...(all.some(escapesTarget) ? [escapedTarget(live)] : []),
    ...(hasStandIn(route) ? standInVariables() : []),
  ];
}

function textsOf(policy: Policy): readonly VariableText[] {
  switch (policy.kind) {
    case 'upstream-host':
      return [policy.host];
    case 'request-headers':
      return policy.lines.map(({ value }) => value);
    case 'mirror':
      return [policy.target, ...(policy.host === undefined ? [] : [policy.host])];
    case 'external-auth':
      return [policy.url, policy.signin, policy.cache?.key, ...policy.setHeaders.map(([, value]) => value)].filter(
        (one) => one !== undefined,
      );
    default:
      return [];
  }
}

/** What is known of the upstream before a side of it is chosen; Lua says which one it was in the end. */
function upstreamNames({ action }: Route): readonly Directive[] {
  const { namespace, service, port } = upstreamParts(action.kind === 'forward' ? action.upstream : '');
  return [
    directive('set', variable('sluice_names'), 1),
    directive('set', variable('sluice_service_namespace'), literal(namespace)),
    directive('set', variable('sluice_service_name'), literal(service)),
    directive('set', variable('sluice_service_port'), literal(port)),
  ];
}

/** The path without what could end a line: it is decoded. The rewrite module escapes groups where the path was sent with escapes. */
function escapedPath(live: boolean): Directive {
  const name = variable('sluice_uri');
  if (live) return luaBlock('set_by_lua_block', 'return require("sluice.text").escape_controls(ngx.var.uri)', name);
  return block('if', ['(', variable('uri'), '~', '(?s)^(.*)$', ')'], [directive('set', name, variable('1'))]);
}
