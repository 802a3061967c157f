import type { Comparison } from './side-by-side.ts';
import type { Difference } from './difference.ts';
import { serverNameOf } from './wide-request.ts';

/** A difference between the backends that the docs tell. */
export interface DeclaredDifference {
  readonly name: string;
  /** Where users read of it. */
  readonly declared: string;
  readonly reason: string;
  /** Whether this is it, and nothing else. */
  readonly accounts: (difference: Difference, comparison: Comparison) => boolean;
}

/** The servers of the tests answer 400 to methods with small letters, whoever passes them on. */
function answersItself({ method }: Comparison['request']): boolean {
  return /[a-z]/.test(method);
}

/** Node asks for a certificate by the server name alone; the other data planes ask whoever names no host of a rule. */
function catchAllClients(declared: string): DeclaredDifference {
  return {
    name: 'a catch-all host that checks client certificates, without a server name',
    declared,
    reason: 'node asks for a certificate by the server name alone, and so has none to check',
    accounts: ({ what }, { request, explanation, left, right }) =>
      request.secure &&
      serverNameOf(request) === '' &&
      (/^received by .*: header ssl-client-/.test(what) ||
        (JSON.stringify(explanation).includes('certificate') &&
          ((/^(400|403|302)$/.test(left.status) && (right.status !== left.status || answersItself(request))) ||
            (left.status !== '421' && right.status === '421')))),
  };
}

/** Node alone says that a question has no body. */
function lengthOfNoBody(declared: string): DeclaredDifference {
  return {
    name: 'the length of no body',
    declared,
    reason: 'node says to an authentication service asked by another method than GET that there is no body',
    accounts: ({ what, left, right }) => what === 'received by auth: header content-length' && left === '"0"' && right === 'none',
  };
}

/** What node (left) and nginx (right) do not do alike. */
const nginx: readonly DeclaredDifference[] = [
  {
    name: 'a request body in chunks',
    declared: 'docs/adr/0006-known-differences.md, docs/nginx.md',
    reason: 'node passes it on in chunks, nginx collects it and tells its length',
    accounts: ({ what, left, right }, { request }) =>
      request.chunked === true &&
      ((/^received by .*: header transfer-encoding$/.test(what) && left === '"chunked"' && right === 'none') ||
        (/^received by .*: header content-length$/.test(what) && left === 'none' && right === `"${request.body?.length ?? 0}"`)),
  },
  {
    name: 'a method in lower case',
    declared: 'docs/nginx.md',
    reason: 'nginx has no methods with small letters: 400; node sends on whatever is a token',
    accounts: (_difference, { request, right }) => /[a-z]/.test(request.method) && right.status === '400' && right.received.length === 0,
  },
  {
    name: 'a Host header that is no host, behind a request line that names one',
    declared: 'docs/nginx.md',
    reason: 'nginx answers 400 to it in any case; node takes the host of the request line and never looks at the header',
    accounts: (_difference, { request, right }) =>
      request.authority !== undefined && / |\.\./.test(request.host ?? '') && right.status === '400' && right.received.length === 0,
  },
  {
    name: 'X-Forwarded-Host that comes twice',
    declared: 'docs/nginx.md',
    reason: 'nginx before 1.23 knows the first of repeated headers only',
    accounts: ({ what, left, right }) =>
      /^received by .*: header x-original-forwarded-host$/.test(what) && left.includes(', ') && left.startsWith(right.slice(0, -1)),
  },
  {
    name: 'Connection to an authentication service',
    declared: 'docs/annotations.md, auth-keepalive of node',
    reason: 'node keeps connections to it and says so',
    accounts: ({ what, left, right }) => what === 'received by auth: header connection' && left === '"keep-alive"' && right === 'none',
  },
  {
    name: 'the page about a client certificate',
    declared: 'docs/nginx.md',
    reason: 'nginx says in the page what is wrong with the certificate',
    accounts: ({ what, right }, { request, left }) =>
      what === 'body' &&
      request.secure &&
      left.status === '400' &&
      /The SSL certificate error|No required SSL certificate was sent/.test(right),
  },
  {
    name: 'which of two refusals comes first',
    declared: 'docs/nginx.md',
    reason: 'nginx looks at target and host before it looks at the method or at the length of the body',
    accounts: ({ what, left, right }, { request }) => {
      const doubly = request.method === 'TRACE' || (request.minor === 0 && request.chunked === true);
      if (!doubly) return false;
      if (what === 'status') return /^40[05]$/.test(left) && /^4(00|21)$/.test(right);
      return what === 'body' || (what === 'explained, nginx' && /"status":"4(00|21)"/.test(right));
    },
  },
  {
    name: 'a request line with another host than the handshake',
    declared: 'docs/nginx.md',
    reason: 'node tells the client to come on another connection; nginx does so only when a rule has the name of the handshake',
    accounts: (_difference, { request, left, right }) =>
      request.secure && request.authority !== undefined && left.status === '421' && right.status !== '421',
  },
  {
    name: 'a body in chunks to an endpoint with HTTP/1.0',
    declared: 'docs/annotations.md, proxy-http-version of node',
    reason: 'node stays at HTTP/1.1 for it',
    accounts: ({ what, left, right }, { request }) =>
      /^received by .*: http$/.test(what) && request.chunked === true && left === '1.1' && right === '1.0',
  },
  {
    name: 'which endpoint of a default backend makes an error page',
    declared: 'docs/nginx.md',
    reason: 'nginx chooses it by the hash key of the request, node has none for pages',
    accounts: ({ what, left, right }, { explanation }) =>
      what === 'received' &&
      left.replace(/-\d$/, '') === right.replace(/-\d$/, '') &&
      explanation.reasons.some(({ step, text }) => step === 'upstream' && text.includes('the page')),
  },
  lengthOfNoBody('docs/nginx.md'),
  catchAllClients('docs/nginx.md'),
];

/** What node (left) and HAProxy (right) do not do alike. */
const haproxy: readonly DeclaredDifference[] = [
  catchAllClients('docs/haproxy.md'),
  {
    name: 'a body of an unknown length that is too large',
    declared: 'docs/annotations.md, proxy-body-size of haproxy',
    reason: 'HAProxy passes chunks on as they come and does not count them',
    accounts: (_difference, { request, left, right }) => request.chunked === true && left.status === '413' && right.status !== '413',
  },
  lengthOfNoBody('docs/haproxy.md'),
  {
    name: 'a request of HTTP/1.0',
    declared: 'docs/haproxy.md',
    reason: 'HAProxy speaks to endpoints in the version of the client',
    accounts: ({ what, left, right }, { request }) =>
      request.minor === 0 &&
      ((/^received by .*: http$/.test(what) && left === '1.1' && right === '1.0') || /^received by .*: header connection$/.test(what)),
  },
  {
    name: 'a request of HTTP/1.0 with a body that is not usual for it',
    declared: 'docs/haproxy.md',
    reason: 'HAProxy refuses bodies of GET and the like, and those in chunks: 413',
    accounts: (_difference, { request, right }) =>
      request.minor === 0 && (request.body !== undefined || request.chunked === true) && right.status === '413',
  },
  {
    name: 'HTTP/1.0 for an endpoint',
    declared: 'docs/annotations.md, proxy-http-version of haproxy',
    reason: 'HAProxy speaks to endpoints in the version of the client',
    accounts: ({ what, left, right }) =>
      (/^received by .*: http$/.test(what) && left === '1.0' && right === '1.1') ||
      (/^received by .*: header connection$/.test(what) && /^(none|"close"|"keep-alive")$/.test(left) && right === 'none'),
  },
  {
    name: 'what an authentication service learns of a client that says little',
    declared: 'docs/haproxy.md',
    reason: 'HAProxy asks with a User-Agent and an Accept of its own where the client has none',
    accounts: ({ what, left, right }) =>
      /^received by .*: header (accept|user-agent)$/.test(what) && left === 'none' && /^"(\*\/\*|HAProxy)"$/.test(right),
  },
  {
    name: 'headers of answers that HAProxy makes itself',
    declared: 'docs/annotations.md, custom-headers and snippets of haproxy',
    reason: 'when no endpoint answers, HAProxy does, with nothing but the headers of CORS',
    accounts: ({ what, left, right }, { right: answer }) =>
      /^header (?!access-control-|content-type$)/.test(what) && left !== 'none' && right === 'none' && /^50[24]$/.test(answer.status),
  },
  {
    name: 'which of two refusals comes first',
    declared: 'docs/haproxy.md',
    reason: 'HAProxy looks at target and host before it looks at the method',
    accounts: ({ what, left, right }, { request }) =>
      request.method === 'TRACE' &&
      ((what === 'status' && left === '405' && right === '400') ||
        what === 'body' ||
        (what === 'explained, haproxy' && right.includes('"status":"400"'))),
  },
];

/** Every difference from node that is meant to be, by backend. Each names exactly what differs, and when. */
const declaredDifferences: ReadonlyMap<string, readonly DeclaredDifference[]> = new Map(Object.entries({ nginx, haproxy }));

/** The differences that nothing declares. */
export function undeclared(comparison: Comparison): readonly Difference[] {
  const declared = declaredDifferences.get(comparison.backends[1]) ?? [];
  return comparison.differences.filter((difference) => !declared.some(({ accounts }) => accounts(difference, comparison)));
}
