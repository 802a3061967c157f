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
      request.authority !== undefined && / /.test(request.host ?? '') && right.status === '400' && right.received.length === 0,
  },
];

/** The differences that nothing declares. */
export function undeclared(comparison: Comparison): readonly Difference[] {
  return comparison.differences.filter((difference) => !declaredDifferences.some(({ accounts }) => accounts(difference, comparison)));
}
