import type { ValueRewrite } from '../model/policy/value-rewrite.ts';
import { policyOf } from '../model/policy/policy.ts';
import type { Route } from '../model/route.ts';
import { patternOf } from './patterns.ts';

/** How a value that an upstream sends in this header reaches the client. */
export interface ValueChange {
  readonly header: string;
  readonly change: (value: string) => string;
}

/** What relative targets are made absolute with: scheme and host of the request, without a port. */
export interface RequestedOrigin {
  readonly secure: boolean;
  readonly host: string;
}

/** Whether a route changes values at all: most do not. */
export function changesValues({ policies }: Route): boolean {
  return policies.some(({ kind }) => kind === 'location-rewrite' || kind === 'cookie-domain' || kind === 'cookie-path');
}

/** The headers of the upstream whose values a route changes. */
export function valueChanges(route: Route, origin: RequestedOrigin): readonly ValueChange[] {
  const location = policyOf(route, 'location-rewrite');
  const [domain, path] = [policyOf(route, 'cookie-domain'), policyOf(route, 'cookie-path')];
  return [
    ...(location === undefined
      ? []
      : [
          { header: 'Location', change: (value: string) => rewriteLocation(location, value, origin) },
          { header: 'Refresh', change: (value: string) => rewriteRefresh(location, value) },
        ]),
    ...(domain === undefined && path === undefined
      ? []
      : [{ header: 'Set-Cookie', change: (value: string) => rewriteCookie({ domain, path }, value) }]),
  ];
}

/** nginx `proxy_redirect`: a changed target that begins with a slash gets the scheme and host of the request. */
export function rewriteLocation(rewrite: ValueRewrite, value: string, { secure, host }: RequestedOrigin): string {
  const changed = replaced(rewrite, value, false);
  if (changed === undefined) return value;
  return changed.startsWith('/') ? `${secure ? 'https' : 'http'}://${host}${changed}` : changed;
}

/** The same for the URL in `Refresh: 5; url=/x`, without making it absolute. */
function rewriteRefresh(rewrite: ValueRewrite, value: string): string {
  const at = value.toLowerCase().indexOf('url=') + 'url='.length;
  if (at < 'url='.length) return value;
  return value.slice(0, at) + (replaced(rewrite, value.slice(at), false) ?? value.slice(at));
}

interface CookieRewrites {
  readonly domain: ValueRewrite | undefined;
  readonly path: ValueRewrite | undefined;
}

/** nginx `proxy_cookie_domain` and `proxy_cookie_path`: attributes by name, the value of the cookie is left alone. */
export function rewriteCookie({ domain, path }: CookieRewrites, cookie: string): string {
  const [pair = '', ...attributes] = cookie.split(';');
  let touched = false;
  const rewritten = attributes.map((attribute) => {
    const [, before = '', name = '', value = ''] = /^([ \t]*([^=]*?)[ \t]*=[ \t]*)(.*)$/.exec(attribute) ?? [];
    const changed = rewriteAttribute({ domain, path }, name.toLowerCase(), value);
    touched ||= changed !== undefined;
    return changed === undefined ? attribute : before + changed;
  });
  // nginx writes a cookie anew only where something in it was replaced.
  return touched ? [pair, ...rewritten].map((part) => part.trim()).join('; ') : cookie;
}

function rewriteAttribute({ domain, path }: CookieRewrites, name: string, value: string): string | undefined {
  if (name === 'domain' && domain !== undefined) return rewriteDomain(domain, value);
  return name === 'path' && path !== undefined ? replaced(path, value, false) : undefined;
}

/** A domain is compared as a whole, without regard to case and to a dot before it, which stays. */
function rewriteDomain(rewrite: ValueRewrite, value: string): string | undefined {
  if (rewrite.find.kind === 'regex') return replaced(rewrite, value, false);
  const dot = value.startsWith('.') ? '.' : '';
  const changed = replaced(rewrite, value.slice(dot.length), true);
  return changed === undefined ? undefined : dot + changed;
}

/** The value with its prefix, or itself, replaced; undefined when nothing of it is found. */
function replaced({ find, replacement }: ValueRewrite, value: string, whole: boolean): string | undefined {
  if (find.kind === 'regex') {
    const pattern = patternOf(find.pattern, { ignoreCase: find.ignoreCase, anchoredStart: false });
    return pattern.match(value) === undefined ? undefined : replacement;
  }
  if (whole) return value.toLowerCase() === find.text.toLowerCase() ? replacement : undefined;
  return value.startsWith(find.text) ? replacement + value.slice(find.text.length) : undefined;
}
