import { errorPageOmits, policyOf } from '@sluice/core';
import type { ErrorPagesPolicy, Route } from '@sluice/core';
import { block, directive, literal, variable } from '../render/directive.ts';
import type { Argument, Directive } from '../render/directive.ts';
import { digestOfText } from './resources.ts';
import { upstreamParts } from './upstream-id.ts';

/** What a route with error pages says, and the locations of its server that make the pages. */
export interface ErrorPages {
  readonly directives: readonly Directive[];
  readonly locations: readonly Directive[];
}

/** The client did not send what it announced: nobody else is asked. */
const SPARED: ReadonlySet<number> = new Set([400, 408]);

/** Gets a request to an upstream, with another path. */
type PassTo = (upstream: string, rewrite: readonly Directive[]) => readonly Directive[];

/** Has a default backend answer for some statuses (`error_page`). */
export function errorPages(route: Route, passTo: PassTo): ErrorPages {
  const policy = policyOf(route, 'error-pages');
  const codes = policy?.codes.filter((code) => !SPARED.has(code)) ?? [];
  if (policy === undefined || codes.length === 0) return { directives: [], locations: [] };
  const key = digestOfText(JSON.stringify([policy.from, policy.upstream, route.action]));
  return {
    directives: [
      ...(policy.replacesUpstreams ? [directive('proxy_intercept_errors', 'on')] : []),
      ...codes.map((code) => directive('error_page', code, '=', `@page_${key}_${code}`)),
    ],
    locations: codes.map((code) => page(route, policy, { code, name: `@page_${key}_${code}` }, passTo)),
  };
}

interface Page {
  readonly code: number;
  readonly name: string;
}

function page(route: Route, policy: ErrorPagesPolicy, { code, name }: Page, passTo: PassTo): Directive {
  const { upstream, from } = policy;
  const body =
    upstream === undefined
      ? [directive('internal'), directive('return', 404)]
      : [
          directive('internal'),
          directive('proxy_intercept_errors', 'off'),
          directive('proxy_method', variable('sluice_page_method')),
          directive('proxy_pass_request_body', 'off'),
          ...headers(route, policy, code),
          directive('set', variable('sluice_unavailable'), 404),
          ...passTo(upstream, [directive('rewrite', '^', '/?', 'break')]),
        ];
  return { ...block('location', [name], body), from };
}

/** What ingress-nginx tells a default backend; the body of the request and headers about it stay here. */
function headers(route: Route, { from }: ErrorPagesPolicy, code: number): readonly Directive[] {
  const { service, port } = upstreamParts(route.action.kind === 'forward' ? route.action.upstream : '');
  const lines: readonly (readonly [string, Argument])[] = [
    ['X-Code', literal(String(code))],
    ['X-Format', variable('http_accept')],
    ['X-Original-URI', variable('request_uri')],
    ['X-Namespace', literal(from.object.namespace)],
    ['X-Ingress-Name', literal(from.object.name)],
    ['X-Service-Name', literal(service)],
    ['X-Service-Port', literal(port)],
    ['X-Request-ID', variable('sluice_request_id')],
    ['X-Forwarded-For', variable('remote_addr')],
    ['Host', variable('sluice_host_header')],
    ...[...errorPageOmits, 'Proxy'].map((name) => [name, literal('')] as const),
  ];
  return lines.map(([name, value]) => directive('proxy_set_header', name, value));
}
