import { diagnose } from '../../observe/diagnostic.ts';
import type { Diagnostic } from '../../observe/diagnostic.ts';
import type { IngressPath } from '../../watch/kinds/ingress.ts';
import type { PathMatch } from '../match.ts';
import type { Origin } from '../origin.ts';
import { binaryText } from '../../binary-text.ts';

/** The match of an Ingress path, or why it has none. */
export type PathRule =
  | { readonly kind: 'match'; readonly match: PathMatch }
  | { readonly kind: 'invalid'; readonly diagnostic: Diagnostic };

/**
 * Reads path and pathType as ingress-nginx does: an empty path is `/`, ImplementationSpecific and a missing type are
 * Prefix. Paths that the Kubernetes API would refuse are reported.
 */
export function readPath({ path, pathType }: IngressPath, from: Origin): PathRule {
  const invalid = (code: 'SLU1202' | 'SLU1203', field: string, message: string): PathRule => ({
    kind: 'invalid',
    diagnostic: diagnose(code, { object: from.object, field: `${from.field}.${field}` }, message),
  });
  const kind = pathType === 'Exact' ? 'exact' : 'prefix';
  if (pathType !== undefined && !['Exact', 'Prefix', 'ImplementationSpecific'].includes(pathType)) {
    return invalid('SLU1203', 'pathType', `${shown(pathType)} is not a pathType; the path is left out`);
  }
  if (path !== '' && !path.startsWith('/')) return invalid('SLU1202', 'path', `${shown(path)} does not start with /; the path is left out`);
  if (isFixed(pathType) && /\/\/|\/\.{1,2}(?:\/|$)|%2f/i.test(path))
    return invalid('SLU1202', 'path', `${shown(path)} can match no request; the path is left out`);
  return { kind: 'match', match: { kind, path: binaryText(path === '' ? '/' : path) } };
}

/** Whether a pathType says how the path is to be compared; the others leave it to the controller. */
export function isFixed(pathType: string | undefined): boolean {
  return pathType === 'Exact' || pathType === 'Prefix';
}

function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}

/** Whether `host` is what the Kubernetes API accepts in a rule: a lower-case DNS name, or `*.` and one; not an IP address. */
export function isRuleHost(host: string): boolean {
  const name = host.startsWith('*.') ? host.slice(2) : host;
  return (
    name.length <= 253 &&
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/.test(name) &&
    !/^\d+(\.\d+){3}$/.test(name)
  );
}
