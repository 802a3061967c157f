import { policyOf } from '@sluice/core';
import type { CacheDuration, ExternalAuthPolicy, Route, VirtualHost } from '@sluice/core';
import { block, directive, literal, luaBlock, text, variable } from '../render/directive.ts';
import type { Argument, Directive } from '../render/directive.ts';
import { outsideTarget } from './outside-target.ts';
import { authVariable, clientCertificate } from './request-headers.ts';
import type { Resources } from './resources.ts';
import { digestOfText } from './resources.ts';
import { complexValue, escapesTarget } from './variables.ts';

/** What a route with an authentication service says, and the locations of its server that belong to it. */
export interface ExternalAuth {
  readonly directives: readonly Directive[];
  readonly locations: readonly Directive[];
}

interface Kind {
  /** There is Lua. */
  readonly live: boolean;
  /** The key of the plan of the route. */
  readonly plan: string | undefined;
}

/** Paths of clients have no empty segments (`merge_slashes`): nobody can ask for these. */
const INTERNAL = '//sluice';

/** Asks another service about each request (`auth_request`); answers 401 may lead to a sign-in page. */
export function externalAuth(host: VirtualHost, route: Route, { live, plan }: Kind, resources: Resources): ExternalAuth {
  const policy = policyOf(route, 'external-auth');
  if (policy === undefined) return { directives: [], locations: [] };
  const key = digestOfText(JSON.stringify([host.name, route.match, policy.from, policy]));
  const path = `${INTERNAL}/auth/${key}`;
  return {
    directives: [
      directive('auth_request', path),
      directive('auth_request_set', variable('sluice_auth_cookie'), variable('upstream_http_set_cookie')),
      directive('add_header', 'Set-Cookie', variable('sluice_auth_cookie'), ...(policy.alwaysSetCookie ? ['always'] : [])),
      ...policy.responseHeaders.map((name) =>
        directive('auth_request_set', variable(authVariable(name)), variable(`upstream_http_${name.replaceAll('-', '_')}`)),
      ),
      ...(policy.signin === undefined ? [] : [directive('error_page', 401, '=', `@signin_${key}`)]),
    ],
    locations: [asking(host, route, { policy, path, lua: live }, resources), ...signin(route, policy, { key, plan })],
  };
}

interface Asked {
  readonly policy: ExternalAuthPolicy;
  readonly path: string;
  readonly lua: boolean;
}

function asking(host: VirtualHost, route: Route, { policy, path, lua }: Asked, resources: Resources): Directive {
  return {
    ...block(
      'location',
      ['=', path],
      [
        directive('internal'),
        ...(lua ? [luaBlock('rewrite_by_lua_block', ''), luaBlock('header_filter_by_lua_block', '')] : []),
        directive('access_log', 'off'),
        ...(escapesTarget(policy.url) ? [escapedTarget(lua)] : []),
        ...outsideTarget('sluice_auth_url', policy.url, route),
        ...(policy.cache === undefined ? [] : caching(host, route, policy, resources)),
        directive('proxy_pass_request_body', 'off'),
        directive('proxy_method', policy.method ?? 'GET'),
        ...questionHeaders(policy, host, route),
        directive('proxy_ssl_server_name', 'on'),
        directive('proxy_http_version', '1.1'),
        directive('client_max_body_size', 0),
        directive('proxy_pass', variable('sluice_auth_url')),
      ],
    ),
    from: policy.from,
  };
}

/** As ingress-nginx asks (its template, `_external-auth`). */
function questionHeaders(policy: ExternalAuthPolicy, host: VirtualHost, route: Route): readonly Directive[] {
  const lines: (readonly [string, Argument])[] = [
    ['Content-Length', literal('')],
    ['X-Forwarded-Proto', literal('')],
    ['Connection', literal('')],
    ['Upgrade', literal('')],
    ['Expect', literal('')],
    ['Host', hostOf(policy, route)],
    ['X-Request-ID', variable('sluice_request_id')],
    ['X-Original-URL', text({ variable: 'scheme' }, '://', { variable: 'sluice_authority' }, { variable: 'request_uri' })],
    ['X-Original-Method', variable('request_method')],
    ['X-Sent-From', literal('nginx-ingress-controller')],
    ['X-Real-IP', variable('remote_addr')],
    ['X-Forwarded-For', variable('sluice_told_addresses')],
    ['X-Auth-Request-Redirect', policy.requestRedirect === undefined ? variable('request_uri') : literal(policy.requestRedirect)],
    ['Proxy', literal('')],
    ...clientCertificate(host),
  ];
  if (policy.method !== undefined) lines.push(['X-Original-URI', variable('request_uri')], ['X-Scheme', variable('sluice_told_scheme')]);
  const added = policy.setHeaders.map(([name, value]) => [name, complexValue(value, route)] as const);
  const names = new Set(added.map(([name]) => name.toLowerCase()));
  return [...lines.filter(([name]) => !names.has(name.toLowerCase())), ...added].map(([name, value]) =>
    directive('proxy_set_header', name, value),
  );
}

/** The host of the URL, without its port: everything between the slashes, variables included. */
function hostOf({ url }: ExternalAuthPolicy, route: Route): Argument {
  const parts: (string | { readonly variable: string })[] = [];
  let begun = false;
  for (const part of url) {
    if (typeof part !== 'string') {
      if (begun) parts.push(part);
      continue;
    }
    const rest = begun ? part : part.replace(/^https?:\/\//i, '');
    begun = true;
    const end = rest.search(/[:/?#]/);
    parts.push(end < 0 ? rest : rest.slice(0, end));
    if (end >= 0) break;
  }
  return complexValue(parts, route);
}

function caching(host: VirtualHost, route: Route, policy: ExternalAuthPolicy, resources: Resources): readonly Directive[] {
  const { cache } = policy;
  if (cache === undefined) return [];
  resources.share('sluice_auth_cache', [
    directive(
      'proxy_cache_path',
      'temp/auth-cache',
      'levels=1:2',
      'keys_zone=sluice_auth:10m',
      'max_size=128m',
      'inactive=30m',
      'use_temp_path=off',
    ),
  ]);
  const fixed = digestOfText([host.name, route.match.kind, route.match.path, policy.urlText].join('\0'));
  const key = complexValue(cache.key, route);
  return [
    // Only what is buffered can be kept.
    directive('proxy_buffering', 'on'),
    directive('proxy_cache', 'sluice_auth'),
    directive('proxy_cache_key', {
      kind: 'text',
      parts: [`${fixed} `, { variable: 'request_method' }, ' ', ...(key.kind === 'text' ? key.parts : [])],
    }),
    directive('proxy_ignore_headers', 'Set-Cookie', 'Cache-Control', 'Expires', 'Vary', 'X-Accel-Expires'),
    ...cache.durations.map(({ statuses, ms }: CacheDuration) =>
      directive('proxy_cache_valid', ...(statuses === 'any' ? ['any'] : statuses), `${Math.ceil(ms / 1000)}s`),
    ),
  ];
}

function signin(
  route: Route,
  { signin: target, alwaysSetCookie, from }: ExternalAuthPolicy,
  { key, plan }: { readonly key: string; readonly plan: string | undefined },
): readonly Directive[] {
  if (target === undefined) return [];
  const body = [
    directive('internal'),
    // The headers that the route adds are not for this answer, but those of CORS are.
    ...(plan === undefined
      ? []
      : [luaBlock('header_filter_by_lua_block', `require("sluice.answer").filter() require("sluice.plan").cors_header_filter("${plan}")`)]),
    directive('add_header', 'Set-Cookie', variable('sluice_auth_cookie'), ...(alwaysSetCookie ? ['always'] : [])),
    directive('return', 302, complexValue(target, route)),
  ];
  return [{ ...block('location', [`@signin_${key}`], body), from }];
}

/** Only Lua can escape a text. */
export function escapedTarget(lua: boolean): Directive {
  const name = variable('sluice_escaped_request_uri');
  return lua
    ? luaBlock('set_by_lua_block', 'return ngx.escape_uri(ngx.var.request_uri)', name)
    : directive('set', name, variable('request_uri'));
}
