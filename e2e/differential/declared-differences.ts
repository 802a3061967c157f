import type { Comparison } from './side-by-side.ts';
import type { Difference } from './difference.ts';

/** A difference between the backends that the docs tell. */
export interface DeclaredDifference {
  readonly name: string;
  /** Where users read of it. */
  readonly declared: string;
  readonly reason: string;
  /** Whether this is it, and nothing else. */
  readonly accounts: (difference: Difference, comparison: Comparison) => boolean;
}

/** Every difference between node (left) and nginx (right) that is meant to be. Each names exactly what differs, and when. */
export const declaredDifferences: readonly DeclaredDifference[] = [
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
    name: 'Connection with HTTP/1.0',
    declared: 'docs/annotations.md, proxy-http-version of node',
    reason: 'node says that it will close, nginx leaves it to the version',
    accounts: ({ what, left, right }, { right: seen }) =>
      /^received by .*: header connection$/.test(what) &&
      left === '"close"' &&
      right === 'none' &&
      seen.received.some(({ http }) => http === '1.0'),
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
    name: 'what is wrong first with a malformed request',
    declared: 'docs/nginx.md',
    reason: 'HTTP/1.0 has no chunks; which of two refusals comes first',
    accounts: ({ what, left, right }, { request }) =>
      request.minor === 0 &&
      request.chunked === true &&
      /^(status|body)$/.test(what) &&
      (what === 'body' || (left === '400' && right === '421')),
  },
  {
    name: 'a name that was not asked for in the handshake, without a client certificate',
    declared: 'docs/nginx.md',
    reason: 'both refuse; node tells the client to come on another connection, nginx that it has no certificate',
    accounts: ({ what, left, right }, { request, left: seen }) =>
      request.secure && seen.status === '421' && (what === 'body' || (what === 'status' && left === '421' && right === '400')),
  },
];

/** The differences that nothing declares. */
export function undeclared(comparison: Comparison): readonly Difference[] {
  return comparison.differences.filter((difference) => !declaredDifferences.some(({ accounts }) => accounts(difference, comparison)));
}
