import { literalPattern, policyOf } from '@sluice/core';
import type { CorsPolicy, Route } from '@sluice/core';
import { block, directive, literal, variable } from '../render/directive.ts';
import type { Argument, Directive } from '../render/directive.ts';
import { digestOfText } from './resources.ts';
import type { Resources } from './resources.ts';

/** What plans do where there is Lua, as far as nginx has directives for it: CORS and fixed headers of answers. */
export function staticPolicies(route: Route, resources: Resources): readonly Directive[] {
  const lines = route.policies.filter((policy) => policy.kind === 'response-headers').flatMap((policy) => policy.lines);
  return [...cors(route, resources), ...lines.flatMap(({ name, value }) => replaced(name, literal(value)))];
}

/** Whether a route needs steps that only Lua can take. */
export function needsLua(route: Route): boolean {
  return policyOf(route, 'snippet') !== undefined || policyOf(route, 'host-headers') !== undefined;
}

function replaced(name: string, value: Argument): readonly Directive[] {
  return [directive('proxy_hide_header', name), directive('add_header', name, value, 'always')];
}

function cors(route: Route, resources: Resources): readonly Directive[] {
  const policy = policyOf(route, 'cors');
  if (policy === undefined) return [];
  const digest = digestOfText(JSON.stringify(policy));
  const [allowed, preflight] = [`sluice_origin_${digest}`, `sluice_preflight_${digest}`];
  resources.share(allowed, [
    block(
      'map',
      [variable('http_origin'), variable(allowed)],
      [...originRules(policy), directive('default', policy.origins === 'any' ? 1 : literal(''))],
    ),
    block(
      'map',
      [{ kind: 'text', parts: [{ variable: 'request_method' }, { variable: allowed }] }, variable(preflight)],
      [directive('~^OPTIONS1$', 1), directive('default', literal(''))],
    ),
  ]);
  const headers = corsLines(policy).flatMap(([name, value]) => replaced(name, corsValue(name, value, { allowed, digest }, resources)));
  return [...headers, block('if', ['(', variable(preflight), ')'], [directive('return', 204)])];
}

function originRules({ origins }: CorsPolicy): readonly Directive[] {
  if (origins === 'any') return [];
  return origins.map((origin) => {
    const [before = '', after] = origin.split(/\*([^]*)/, 2);
    const expression = after === undefined ? literalPattern(before) : `${literalPattern(before)}[A-Za-z0-9-]+${literalPattern(after)}`;
    return directive(`~*^${expression}$`, 1);
  });
}

function corsLines(policy: CorsPolicy): readonly (readonly [string, Argument])[] {
  return [
    ['Access-Control-Allow-Origin', policy.origins === 'any' ? literal('*') : variable('http_origin')],
    ...(policy.credentials ? [['Access-Control-Allow-Credentials', literal('true')] as const] : []),
    ['Access-Control-Allow-Methods', literal(policy.methods)],
    ['Access-Control-Allow-Headers', literal(policy.headers)],
    ...(policy.expose === undefined ? [] : [['Access-Control-Expose-Headers', literal(policy.expose)] as const]),
    ['Access-Control-Max-Age', literal(String(policy.maxAgeSeconds))],
  ];
}

/** The header for allowed origins; for others what the upstream said. */
function corsValue(
  name: string,
  value: Argument,
  { allowed, digest }: { allowed: string; digest: string },
  resources: Resources,
): Argument {
  const key = name.toLowerCase().replaceAll('-', '_');
  const chosen = `sluice_${key}_${digest}`;
  resources.share(chosen, [
    block('map', [variable(allowed), variable(chosen)], [directive('1', value), directive('default', variable(`upstream_http_${key}`))]),
  ]);
  return variable(chosen);
}
