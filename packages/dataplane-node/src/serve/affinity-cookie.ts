import type { AffinityCookie, CookieAffinity } from '@sluice/core';

/** Browsers that take `SameSite=None` for `Strict` or refuse the cookie (https://www.chromium.org/updates/same-site/incompatible-clients). */
const MISTAKEN = [/Chrome\/[456]/, /CPU iPhone OS 12/, /iPad; CPU OS 12/, /Macintosh(?=.*Intel Mac OS X 10_14)(?=.*Safari)(?!.*Chrome)/];

/** What an affinity cookie depends on besides the settings of its upstream. */
export interface AffinityCookieFacts {
  /** What stands for the endpoint. */
  readonly endpoint: string;
  /** Path of the Ingress. */
  readonly path: string;
  /** The client came by TLS. */
  readonly secure: boolean;
  readonly userAgent: string | undefined;
}

/** The value of a `Set-Cookie` line, attributes in the order in which ingress-nginx writes them. */
export function affinityCookie({ cookie, key }: CookieAffinity & { readonly key: string }, facts: AffinityCookieFacts): string {
  const { expiresSeconds, maxAgeSeconds, domain, sameSite } = cookie;
  const parts = [`${cookie.name}=${facts.endpoint}|${key}`];
  if (expiresSeconds !== undefined) parts.push(`Expires=${cookieTime(Date.now() + expiresSeconds * 1000)}`);
  if (maxAgeSeconds !== undefined) parts.push(`Max-Age=${maxAgeSeconds}`);
  if (domain !== undefined) parts.push(`Domain=${domain}`);
  parts.push(`Path=${cookie.path ?? facts.path}`);
  if (cookie.secure || facts.secure) parts.push('Secure');
  parts.push('HttpOnly');
  if (sameSite !== undefined && !isMistaken(cookie, facts)) parts.push(`SameSite=${sameSite}`);
  return parts.join('; ');
}

/** Whether the browser would make something else of `SameSite=None`. */
function isMistaken({ sameSite, conditionalSameSiteNone }: AffinityCookie, { userAgent }: AffinityCookieFacts): boolean {
  if (sameSite !== 'None' || !conditionalSameSiteNone || userAgent === undefined) return false;
  const shown = userAgent.slice(0, 1000);
  return MISTAKEN.some((browser) => browser.test(shown));
}

/** `Tue, 24-Nov-26 02:38:53 GMT`, as nginx writes the time in cookies. */
function cookieTime(timeMs: number): string {
  const date = new Date(Math.min(timeMs, 8.64e15)).toUTCString();
  return date.replace(/^(\w{3}), (\d\d) (\w{3}) \d*(\d\d) /, '$1, $2-$3-$4 ');
}
