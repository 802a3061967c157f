import { compilePattern } from '../../regex/compile.ts';
import { diagnose } from '../../observe/diagnostic.ts';
import type { Diagnostic } from '../../observe/diagnostic.ts';
import type { PathMatch } from '../match.ts';
import { formatObject } from '../origin.ts';
import type { Origin } from '../origin.ts';
import type { ClaimedPath, PathClaims } from './path-claims.ts';
import type { PathSemantics } from './model-options.ts';

/** A matcher and the path that it comes from. */
export interface PathMatcher {
  readonly match: PathMatch;
  readonly path: ClaimedPath;
}

/** The matchers of a host, in order of evaluation. */
export function pathMatchers(claims: PathClaims, semantics: PathSemantics, diagnostics: Diagnostic[]): readonly PathMatcher[] {
  const paths = [...claims.values()];
  if (semantics === 'kubernetes') return paths.flatMap((path) => byElement(path, diagnostics)).toSorted(byPrecedence);
  const cause = paths.find((path) => asksForRegex(path));
  if (cause !== undefined) return regexMatchers(claims, cause, diagnostics);
  for (const path of paths) reportLiteral(path, diagnostics);
  return paths.map((path) => ({ match: path.match, path })).toSorted(byPrecedence);
}

function asksForRegex({ features, text }: ClaimedPath): boolean {
  return features.regexMode?.asks(text) === true;
}

/**
 * A host of which one Ingress asks for regular expressions: every path of it is one, without regard to case. Prefixes of
 * the other Ingresses are split in two as they are without regular expressions. Longer texts come first, equal lengths by
 * descending bytes (ingress-nginx `location ~*` in the order of its sorted locations).
 */
function regexMatchers(claims: PathClaims, cause: ClaimedPath, diagnostics: Diagnostic[]): readonly PathMatcher[] {
  const matchers: PathMatcher[] = [];
  for (const path of claims.values()) {
    reportRegexMode(path, cause, diagnostics);
    for (const text of regexTexts(path, claims)) {
      if (text === '/') matchers.push({ match: { kind: 'prefix', path: '/' }, path });
      else if (compiles(text, path.from, diagnostics)) matchers.push({ match: { kind: 'regex', path: text, ignoreCase: true }, path });
    }
  }
  return matchers.toSorted(({ match: a }, { match: b }) => b.path.length - a.path.length || (a.path > b.path ? -1 : 1));
}

function regexTexts(path: ClaimedPath, claims: PathClaims): readonly string[] {
  const { text, match } = path;
  if (match.kind === 'exact' || text === '/' || asksForRegex(path)) return [text];
  const bare = text.replace(/\/+$/, '');
  if (text !== bare) return [text];
  return claims.has(`exact ${match.path}`) ? [`${bare}/`] : [`${bare}/`, bare];
}

/** Element by element, and regular expressions only where the Ingress itself asks for them with a free pathType. */
function byElement(path: ClaimedPath, diagnostics: Diagnostic[]): readonly PathMatcher[] {
  const { match, text, anyType, from } = path;
  if (anyType && asksForRegex(path) && text !== '/')
    return compiles(text, from, diagnostics) ? [{ match: { kind: 'regex', path: text, ignoreCase: false }, path }] : [];
  if (match.kind !== 'prefix') return [{ match, path }];
  return [{ match: { kind: 'prefix', path: match.path.replace(/(?<=.)\/+$/, '') }, path }];
}

function compiles(text: string, from: Origin, diagnostics: Diagnostic[]): boolean {
  const compiled = compilePattern(text, { ignoreCase: true, anchoredStart: true });
  if (!compiled.ok)
    diagnostics.push(
      diagnose(
        'SLU1209',
        { ...from, field: `${from.field}.path` },
        `${JSON.stringify(text.slice(0, 80))}: ${compiled.reason}; the path is left out`,
      ),
    );
  return compiled.ok;
}

function reportRegexMode(path: ClaimedPath, cause: ClaimedPath, diagnostics: Diagnostic[]): void {
  if (asksForRegex(path) || path.text === '/') return;
  const by = `${cause.features.regexMode?.from.field ?? ''} of ${formatObject(cause.from.object)}`;
  diagnostics.push(
    diagnose(
      'SLU1210',
      { ...path.from, field: `${path.from.field}.path` },
      `${path.text} matches as ^${path.text} without regard to case: ${by} puts the host in regex mode`,
    ),
  );
}

function reportLiteral({ text, from }: ClaimedPath, diagnostics: Diagnostic[]): void {
  if (!/[*+?()[\]{}|^$\\]/.test(text)) return;
  diagnostics.push(
    diagnose('SLU1211', { ...from, field: `${from.field}.path` }, `${JSON.stringify(text.slice(0, 80))} is compared literally`),
  );
}

const RANK = { exact: 0, regex: 1, prefix: 2 } as const;

/** Exact before regular expressions before prefixes, then the longer path; equal lengths by bytes, for a stable order. */
export function byPrecedence({ match: a }: { readonly match: PathMatch }, { match: b }: { readonly match: PathMatch }): number {
  return RANK[a.kind] - RANK[b.kind] || b.path.length - a.path.length || (a.path < b.path ? -1 : 1);
}
