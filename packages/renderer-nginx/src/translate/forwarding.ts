import { pcre, policyOf } from '@sluice/core';
import type { Route, UpstreamTls, ValueRewrite } from '@sluice/core';
import { directive, literal } from '../render/directive.ts';
import type { Directive, Word } from '../render/directive.ts';
import type { Resources } from './resources.ts';

/** Directives about getting a request to an endpoint and its answer back, besides headers of the request. */
export function forwarding(route: Route, resources: Resources): readonly Directive[] {
  return [
    ...timeouts(route),
    ...buffering(route),
    ...tries(route),
    ...version(route),
    ...upstreamTls(route, resources),
    ...valueRewrites(route),
  ];
}

function timeouts(route: Route): readonly Directive[] {
  const { connectMs, readMs, sendMs } = policyOf(route, 'upstream-timeouts') ?? {};
  const limit = (name: string, ms: number | undefined): readonly Directive[] => (ms === undefined ? [] : [directive(name, `${ms}ms`)]);
  return [...limit('proxy_connect_timeout', connectMs), ...limit('proxy_read_timeout', readMs), ...limit('proxy_send_timeout', sendMs)];
}

/** Bodies are collected unless this says otherwise, as in ingress-nginx. */
function buffering(route: Route): readonly Directive[] {
  return policyOf(route, 'request-buffering')?.enabled === false ? [directive('proxy_request_buffering', 'off')] : [];
}

function tries(route: Route): readonly Directive[] {
  const next = policyOf(route, 'next-upstream');
  if (next === undefined) return [];
  const on = next.on.length === 0 ? ['off'] : [...next.on, ...(next.nonIdempotent ? ['non_idempotent'] : [])];
  return [
    directive('proxy_next_upstream', ...on),
    directive('proxy_next_upstream_tries', next.tries),
    directive('proxy_next_upstream_timeout', `${next.timeoutMs}ms`),
  ];
}

function version(route: Route): readonly Directive[] {
  const asked = policyOf(route, 'upstream-http-version');
  return asked === undefined ? [] : [directive('proxy_http_version', asked.version)];
}

function upstreamTls(route: Route, resources: Resources): readonly Directive[] {
  const policy = policyOf(route, 'upstream-tls');
  if (policy === undefined) return [];
  const { tls, from } = policy;
  return [...identity(tls, (content) => resources.file('upstream-tls', content, 'master', from)), ...checks(tls)];
}

type AddFile = (content: Parameters<Resources['file']>[1]) => string;

function identity({ client, authorities }: UpstreamTls, addFile: AddFile): readonly Directive[] {
  return [
    ...(client === undefined
      ? []
      : [directive('proxy_ssl_certificate', addFile(client.chain)), directive('proxy_ssl_certificate_key', addFile(client.privateKey))]),
    ...(authorities === undefined ? [] : [directive('proxy_ssl_trusted_certificate', addFile(authorities))]),
  ];
}

function checks({ verify, verifyDepth, name, sendServerName, protocols, ciphers }: UpstreamTls): readonly Directive[] {
  return [
    directive('proxy_ssl_verify', verify ? 'on' : 'off'),
    directive('proxy_ssl_verify_depth', verifyDepth),
    ...(name === undefined ? [] : [directive('proxy_ssl_name', literal(name))]),
    directive('proxy_ssl_server_name', sendServerName ? 'on' : 'off'),
    directive('proxy_ssl_protocols', ...protocols),
    ...(ciphers === undefined ? [] : [directive('proxy_ssl_ciphers', ciphers)]),
  ];
}

function valueRewrites(route: Route): readonly Directive[] {
  const location = policyOf(route, 'location-rewrite');
  const [domain, path] = [policyOf(route, 'cookie-domain'), policyOf(route, 'cookie-path')];
  return [
    ...(location === undefined ? [] : [directive('proxy_redirect', ...rewriteWords(location))]),
    ...(domain === undefined ? [] : [directive('proxy_cookie_domain', ...rewriteWords(domain))]),
    ...(path === undefined ? [] : [directive('proxy_cookie_path', ...rewriteWords(path))]),
  ];
}

function rewriteWords({ find, replacement }: ValueRewrite): readonly Word[] {
  if (find.kind === 'prefix') return [literal(find.text), literal(replacement)];
  return [`${find.ignoreCase ? '~*' : '~'}${pcre(find.pattern, { ignoreCase: find.ignoreCase, anchored: false })}`, literal(replacement)];
}
