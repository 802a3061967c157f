import { expandVariables, toldAddresses, toldScheme } from '@sluice/core';
import type { ExternalAuthPolicy, VariableSource } from '@sluice/core';

/** What an authority is asked about one request: everything is a copy, so that the request may go on changing. */
export interface Question {
  readonly url: string;
  readonly method: string;
  /** Names and values in turn, as `node:http` takes them. */
  readonly headers: readonly string[];
  /** What the answer is remembered under; undefined when it is not. */
  readonly cacheKey: string | undefined;
}

/** Header lines of the request that do not go to the authority: about its connection or body, or replaced. */
const REPLACED: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-auth-request-redirect',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-original-method',
  'x-original-url',
  'x-real-ip',
  'x-request-id',
  'x-sent-from',
]);

/** `lines` are the header lines of the request, names and values in turn. */
export function questionOf(policy: ExternalAuthPolicy, source: VariableSource, lines: readonly string[]): Question {
  const url = expandVariables(policy.url, source);
  const own = ownHeaders(policy, source, url);
  const replaced = new Set([...REPLACED, ...own.map(([name]) => name.toLowerCase())]);
  const headers = own.flat();
  for (let line = 0; line + 1 < lines.length; line += 2) {
    const [name = '', value = ''] = [lines[line], lines[line + 1]];
    if (!replaced.has(name.toLowerCase())) headers.push(name, value);
  }
  const method = policy.method ?? 'GET';
  // Without it node:http would announce a body.
  if (method !== 'GET' && method !== 'HEAD') headers.push('Content-Length', '0');
  return { url, method, headers, cacheKey: cacheKeyOf(policy, source) };
}

/** As ingress-nginx asks (its template, `_external-auth`); empty values are not sent. */
function ownHeaders(policy: ExternalAuthPolicy, source: VariableSource, url: string): (readonly [string, string])[] {
  const { request, requestId } = source;
  const scheme = request.secure ? 'https' : 'http';
  const own: (readonly [string, string])[] = [
    ['Host', hostOf(url)],
    ['X-Request-ID', requestId],
    ['X-Original-URL', `${scheme}://${request.host}${request.target}`],
    ['X-Original-Method', request.method],
    ['X-Sent-From', 'nginx-ingress-controller'],
    ['X-Real-IP', request.clientAddress],
    ['X-Forwarded-For', toldAddresses(request)],
    ['X-Auth-Request-Redirect', policy.requestRedirect ?? request.target],
  ];
  if (policy.method !== undefined) own.push(['X-Original-URI', request.target], ['X-Scheme', toldScheme(request)]);
  const added = policy.setHeaders.map(([name, value]) => [name, expandVariables(value, source)] as const);
  const names = new Set(added.map(([name]) => name.toLowerCase()));
  return [...own.filter(([name]) => !names.has(name.toLowerCase())), ...added.filter(([, value]) => value !== '')];
}

/** The host of a URL, without its port. */
function hostOf(url: string): string {
  return /^https?:\/\/([^/?#]*?)(?::\d*)?(?:[/?#]|$)/i.exec(url)?.[1] ?? '';
}

function cacheKeyOf({ cache, urlText }: ExternalAuthPolicy, source: VariableSource): string | undefined {
  if (cache === undefined) return undefined;
  const { host, route, request } = source;
  const { kind = '', path = '' } = route?.match ?? {};
  return [host.name, kind, path, urlText, request.method, expandVariables(cache.key, source)].join('\0');
}
