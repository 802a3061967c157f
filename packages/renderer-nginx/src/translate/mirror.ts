import { policyOf } from '@sluice/core';
import type { Route, VariableText } from '@sluice/core';
import { block, directive, luaBlock, variable } from '../render/directive.ts';
import type { Directive } from '../render/directive.ts';
import { outsideTarget } from './outside-target.ts';
import { digestOfText } from './resources.ts';
import { complexValue } from './variables.ts';

/** What a route with a mirror says, and the location of its server that sends the copy. */
export interface Mirror {
  readonly directives: readonly Directive[];
  readonly locations: readonly Directive[];
}

/** Sends a copy of each request to another place (`mirror`), whose answer is thrown away. */
export function mirror(route: Route, lua: boolean): Mirror {
  const policy = policyOf(route, 'mirror');
  if (policy === undefined) return { directives: [], locations: [] };
  const { target, host, body, from } = policy;
  const path = `//sluice/mirror/${digestOfText(JSON.stringify([target, host, body, from]))}`;
  const inner = [
    directive('internal'),
    ...(lua ? [luaBlock('rewrite_by_lua_block', ''), luaBlock('header_filter_by_lua_block', '')] : []),
    directive('access_log', 'off'),
    ...(body ? [] : [directive('proxy_pass_request_body', 'off'), directive('proxy_set_header', 'Content-Length', '')]),
    directive('proxy_set_header', 'Host', host === undefined ? complexValue(authorityOf(target), route) : complexValue(host, route)),
    directive('proxy_ssl_server_name', 'on'),
    ...outsideTarget('sluice_mirror_url', hasPath(target) ? target : [...target, { variable: 'request_uri' }], route),
    directive('proxy_pass', variable('sluice_mirror_url')),
  ];
  return {
    directives: [directive('mirror', path), directive('mirror_request_body', body ? 'on' : 'off')],
    locations: [{ ...block('location', ['=', path], inner), from }],
  };
}

/** Whether a URL says a path; a variable may hold one. */
function hasPath(target: VariableText): boolean {
  const [first, ...rest] = target;
  if (typeof first !== 'string') return true;
  return /^https?:\/\/[^/]*\//.test(first) || rest.some((part) => typeof part !== 'string' || part.includes('/'));
}

/** Host and port of a URL. */
function authorityOf(target: VariableText): VariableText {
  const parts: VariableText[number][] = [];
  for (const part of target) {
    if (typeof part !== 'string') {
      parts.push(part);
      continue;
    }
    const rest = part.replace(/^https?:\/\//, '');
    const end = rest.indexOf('/');
    parts.push(end < 0 ? rest : rest.slice(0, end));
    if (end >= 0) break;
  }
  return parts;
}
