import fc from 'fast-check';
import { NAMELESS, oddHost, oddTarget } from '../odd-request.ts';
import type { UnnamedIngress } from '../rule-set.ts';

/** A request as it is sent to both backends. All strings hold one char per byte. */
export interface WideRequest {
  readonly secure: boolean;
  readonly minor: 0 | 1;
  readonly method: string;
  /** Value of the Host header; undefined for none. */
  readonly host: string | undefined;
  /** Origin form. */
  readonly target: string;
  /** Present when the request line names this authority. */
  readonly authority?: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body?: string;
  readonly chunked?: boolean;
  /** Address of the client. */
  readonly from: string;
  /** Whether the client shows a certificate, over TLS. */
  readonly certified: boolean;
}

const WORDS = ['x', 'foo', 'a.b', 'bar', '1', ''];

/** A name that the host of a rule takes. */
function nameFor(host: string | undefined): fc.Arbitrary<string> {
  if (host === undefined) return fc.constantFrom('unknown.example', 'localhost');
  if (host.startsWith('*.')) return fc.constantFrom(`x${host.slice(1)}`, `a.b${host.slice(1)}`, host.slice(2));
  return fc.constantFrom(host, host, host.toUpperCase(), `${host}:8080`, `www.${host}`);
}

/** A target that the path of a rule may take. */
function targetFor(path: string): fc.Arbitrary<string> {
  const plain = Buffer.from(path.replaceAll(/[()[\]|$*+\\^]|\(.*/g, 'o').replaceAll(' ', '%20')).toString('latin1');
  return fc
    .tuple(fc.constantFrom('', '', '/', '/', 'x', '//'), fc.constantFrom(...WORDS))
    .map(([glue, word]) => `${plain.startsWith('/') ? '' : '/'}${plain}${glue}${glue === '' ? '' : word}`);
}

/** What the upstream is asked to answer. */
const wishes: fc.Arbitrary<string> = fc
  .subarray(
    [
      'status=404',
      'status=418',
      'status=500',
      'status=503',
      'status=204',
      'header=X-Out:given',
      'header=Set-Cookie:a%3D1%3B%20Path%3D/old/x%3B%20Domain%3Dinner.test',
      'header=Location:http://inner.test/to',
      'header=Location:/local',
      'header=Refresh:5%3B%20url%3Dhttp://inner.test/',
      'header=Cache-Control:no-store',
      'header=Access-Control-Allow-Origin:https://up.test',
      'header=X-Powered-By:php',
      'header=Vary:Origin',
      'header=ETag:%22abc%22',
      'user=u1',
      'user=u2',
      'size=70000',
      'type=text/html',
    ],
    { maxLength: 2 },
  )
  .map((list) => (list.length === 0 ? '' : `?${list.join('&')}`));

const headerPool: readonly (readonly [string, ...(readonly string[])])[] = [
  ['Origin', 'https://app.test', 'https://sub.app.test', 'http://x.test:8080', 'https://evil.test', 'null', 'https://app.test.evil.test'],
  ['Access-Control-Request-Method', 'PUT'],
  ['Cookie', 'canary=always', 'canary=never', 'a=b; canary=always', 'route=zzz|yyy', 'INGRESSCOOKIE=x', ' spaced = 1 ;;', 'canary=ALWAYS'],
  ['X-Canary', 'always', 'never', 'v2', 'v17', 'Always', ''],
  [
    'Authorization',
    'Basic dXNlcjpzZWNyZXQ=',
    'Basic dXNlcjpzZWNyZXQ=',
    'Basic dXNlcjp3cm9uZw==',
    'basic  dXNlcjpzZWNyZXQ=',
    'Bearer x',
    'Basic !',
  ],
  ['X-Pass', 'yes', 'no'],
  ['X-If', 'yes', 'no'],
  ['X-Key', 'k1', 'k2', 'k3', 'a b'],
  ['X-Forwarded-For', '192.0.2.1', '192.0.2.1, 10.0.0.1', 'garbage'],
  ['X-Forwarded-Proto', 'https', 'HTTPS', 'ftp'],
  ['X-Forwarded-Host', 'other.test'],
  ['X-Forwarded-Port', '1'],
  ['X-Forwarded-Prefix', '/from-client'],
  ['X-Real-IP', '192.0.2.9'],
  ['X-Request-ID', 'given-id', ''],
  ['X-Original-Forwarded-For', '192.0.2.8'],
  ['X-User', 'forged'],
  ['Accept', 'text/html', 'application/json;q=0.5, text/plain', '*/*'],
  ['Accept-Encoding', 'gzip, br'],
  ['User-Agent', 'test/1', 'Mozilla/5.0 (iPhone; CPU iPhone OS 12_0 like Mac OS X) AppleWebKit/605.1.15', ''],
  ['Connection', 'close', 'keep-alive', 'close, X-Extra', 'X-Extra', 'Keep-Alive, TE'],
  ['Keep-Alive', 'timeout=5'],
  ['TE', 'trailers'],
  ['X-Extra', 'one', 'two'],
  ['Proxy', 'http://evil.test'],
  ['Proxy-Authorization', 'Basic x'],
  ['Range', 'bytes=0-3'],
  ['If-None-Match', '"abc"'],
  ['If-Modified-Since', 'Sat, 01 Jan 2000 00:00:00 GMT'],
  ['X-Under_Score', '1'],
  ['X.Dot', '1'],
  ['X-Bytes', 'f\xc3\xb6\xff', '\t tabbed\tinside '],
  ['X-Long', 'x'.repeat(3000)],
  ['Content-Type', 'text/plain', 'application/x-www-form-urlencoded'],
  ['ssl-client-cert', 'forged'],
  ['X-Auth-Request-Redirect', '/forged'],
];

const oneHeader = fc
  .constantFrom(...headerPool)
  .chain(([name, ...values]) => fc.constantFrom(...values).map((value): readonly [string, string] => [name, value]));

/** Names with another case now and then; a name may come twice. */
const headers = fc
  .array(
    fc
      .tuple(oneHeader, fc.integer({ min: 0, max: 7 }))
      .map(([[name, value], odd]) => [odd === 0 ? name.toLowerCase() : name, value] as const),
    { maxLength: 5 },
  )
  .filter(isOneOfEach);

/** What a request may have only once. */
function isOneOfEach(list: readonly (readonly [string, string])[]): boolean {
  const single = list
    .map(([name]) => name.toLowerCase())
    .filter((name) => /^(authorization|connection|range|if-|content-|user-agent|te$|keep)/.test(name));
  return new Set(single).size === single.length;
}

const methods = [
  'GET',
  'GET',
  'GET',
  'GET',
  'GET',
  'HEAD',
  'OPTIONS',
  'OPTIONS',
  'PUT',
  'DELETE',
  'PATCH',
  'PURGE',
  'TRACE',
  'get',
  'M-SEARCH',
];
const bodies = ['', 'hello', 'a=1&b=2', 'x'.repeat(11), 'y'.repeat(2000)];

const method = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...methods).map((name) => ({ method: name })) },
  {
    weight: 1,
    arbitrary: fc.record({
      method: fc.constantFrom('POST', 'PUT', 'DELETE', 'PURGE'),
      body: fc.constantFrom(...bodies),
      chunked: fc.boolean(),
    }),
  },
);

/** A host and a target: mostly such as the rules of the set name, else odd ones. */
function placeIn(specs: readonly UnnamedIngress[]): fc.Arbitrary<{ readonly host: string; readonly target: string }> {
  const rules = specs.flatMap(({ rules: list = [] }) => list);
  const aimed = fc.constantFrom(...rules).chain(({ host, paths }) => {
    const known = paths.length === 0 ? [oddTarget] : [fc.constantFrom(...paths).chain(({ path = '/' }) => targetFor(path)), oddTarget];
    const target = fc.tuple(fc.oneof(...known), wishes).map(([path, query]) => (path.includes('?') ? path : path + query));
    return fc.record({ host: nameFor(host), target });
  });
  const odd = fc.record({ host: oddHost, target: oddTarget });
  return rules.length === 0 ? odd : fc.oneof({ weight: 5, arbitrary: aimed }, { weight: 1, arbitrary: odd });
}

/** Requests for a rule set. */
export function wideRequest(specs: readonly UnnamedIngress[]): fc.Arbitrary<WideRequest> {
  return fc
    .record({
      secure: fc.boolean(),
      version: fc.constantFrom(1, 1, 1, 1, 1, 0),
      hostless: fc.constantFrom(true, false, false),
      place: placeIn(specs),
      sent: method,
      headers,
      authority: fc.option(fc.constantFrom('shop.test', 'API.shop.test:99'), { nil: '', freq: 12 }),
      from: fc.constantFrom('127.0.0.1', '127.0.0.1', '127.0.0.9'),
      certified: fc.boolean(),
    })
    .map(({ version, hostless, place, sent, authority, ...rest }) => ({
      ...rest,
      ...sent,
      minor: version === 0 ? 0 : 1,
      host: version === 0 && hostless ? undefined : place.host,
      target: place.target,
      ...(authority !== '' && { authority }),
    }));
}

/** The bytes on the wire. `probe` goes with the request wherever it is sent on. */
export function bytesOf(request: WideRequest, probe: string): string {
  const { secure, minor, method: name, host, target, authority, body, chunked = false } = request;
  const line = authority === undefined ? target : `${secure ? 'https' : 'http'}://${authority}${target}`;
  const lines = [
    ...(host === undefined ? [] : [`Host: ${host}`]),
    `${PROBE}: ${probe}`,
    ...request.headers.map(([header, value]) => `${header}: ${value}`),
    ...framingOf(body, chunked),
  ];
  return `${name} ${line} HTTP/1.${minor}\r\n${lines.join('\r\n')}\r\n\r\n${payloadOf(body, chunked)}`;
}

/** The header that tells an upstream which request this is. */
export const PROBE = 'X-Probe';

function framingOf(body: string | undefined, chunked: boolean): readonly string[] {
  if (body === undefined) return [];
  return [chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.length}`];
}

function payloadOf(body = '', chunked: boolean): string {
  if (!chunked) return body;
  return body === '' ? '0\r\n\r\n' : `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
}

/** The page of the admin server that explains the request, on the ports of the backend that is asked. */
export function explanationPath(request: WideRequest, ports: { readonly http: number; readonly https: number }): string {
  const { secure, method: name, host, target, authority, body, chunked = false } = request;
  const scheme = secure ? 'https' : 'http';
  const port = secure ? ports.https : ports.http;
  // The address of a URL has to be one; what a client may write in its place is in the Host header.
  const query = new URLSearchParams({ url: `${scheme}://in.the.header:${port}${target}`, method: name, client: request.from });
  for (const [header, value] of [['Host', authority ?? host ?? NAMELESS] as const, ...request.headers])
    query.append('header', `${header}: ${value}`);
  for (const line of framingOf(body, chunked)) query.append('header', line);
  return `/api/explain?${query.toString()}`;
}

/** The name that a client asks for over TLS; empty for none. */
export function serverNameOf({ host = '' }: WideRequest): string {
  const name = host.replace(/:\d*$/, '');
  return /^[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)*$/i.test(name) ? name : '';
}
