import { diagnose } from '../../observe/diagnostic.ts';
import type { Diagnostic } from '../../observe/diagnostic.ts';
import type { IngressFeatures } from '../annotations/ingress-features.ts';
import { formatObject } from '../origin.ts';
import type { HostInput } from './host-input.ts';
import type { FragmentPath } from './ingress-fragment.ts';

/** A path that its Ingress got, with what the annotations of that say. */
export interface ClaimedPath extends FragmentPath {
  readonly features: IngressFeatures;
}

/** The paths of a host by `kind path`, such as `prefix /foo`. */
export type PathClaims = ReadonlyMap<string, ClaimedPath>;

/** The first claim of a path and type wins, so the oldest Ingress does; losers are told. */
export function claimPaths({ rules, fallback, fallbackWins, semantics }: HostInput, diagnostics: Diagnostic[]): PathClaims {
  const claimed = new Map<string, ClaimedPath>();
  if (fallback !== undefined && fallbackWins) {
    const { backend, features } = fallback;
    const path = { match: { kind: 'prefix', path: '/' }, text: '/', anyType: false, backend, from: backend.from } as const;
    claimed.set('prefix /', { ...path, features: withoutDetours(features) });
  }
  for (const { paths, features } of rules) {
    for (const path of paths) {
      const key = claimKey(path, semantics === 'kubernetes');
      const winner = claimed.get(key);
      if (winner === undefined) claimed.set(key, { ...path, features });
      else
        diagnostics.push(
          diagnose(
            'SLU1204',
            path.from,
            `${formatObject(winner.from.object)} (${winner.from.field}) is older and has the same host and path; this one is not served`,
          ),
        );
    }
  }
  return claimed;
}

/** Element by element `/foo/` and `/foo` are the same prefix. */
function claimKey({ match }: FragmentPath, byElement: boolean): string {
  const bare = byElement && match.kind === 'prefix' ? match.path.replace(/(?<=.)\/+$/, '') : match.path;
  return `${match.kind} ${bare}`;
}

const never = { when: 'never', keepTrailingSlash: false } as const;

/** An Ingress that only has a default backend keeps its annotations on the catch-all host, except redirects (also to HTTPS), rewrites and regex mode. */
export function withoutDetours(features: IngressFeatures): IngressFeatures {
  const policiesOf = (path: string) => features.policiesOf(path).filter(({ kind }) => kind !== 'rewrite');
  return { ...features, action: undefined, httpsRedirect: never, regexMode: undefined, policiesOf };
}
