import type { HostMatch, PathMatch } from '../model/match.ts';

/** Whether a virtual host takes a canonical host name. Order does not matter here: exact beats wildcard beats any. */
export function hostMatches(match: HostMatch, name: string): boolean {
  switch (match.kind) {
    case 'exact':
      return match.name === name;
    case 'wildcard':
      return name.endsWith(match.suffix) && isLabel(name.slice(0, name.length - match.suffix.length));
    case 'any':
      return true;
  }
}

/** The wildcard that would take a host name, `*.example.com` for `shop.example.com`; undefined for a name without a dot. */
export function wildcardAbove(name: string): string | undefined {
  const dot = name.indexOf('.');
  return dot > 0 && isLabel(name.slice(0, dot)) ? `*${name.slice(dot)}` : undefined;
}

/** Whether a text is what a wildcard stands for: one label of letters, digits, `_` and `-`. */
export function isLabel(text: string): boolean {
  return /^[a-z0-9_-]+$/i.test(text);
}

/** Whether a route takes a normalised path. */
export function pathMatches(match: PathMatch, path: string): boolean {
  if (match.kind === 'exact') return path === match.path;
  if (!path.startsWith(match.path)) return false;
  return path.length === match.path.length || match.path.endsWith('/') || path.charAt(match.path.length) === '/';
}
