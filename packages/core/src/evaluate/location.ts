import type { HttpsRedirectPolicy } from '../model/policy/https-redirect.ts';
import type { RedirectLocation } from '../model/redirect.ts';
import { canonicalHost, hostWithoutPort } from './canonical-host.ts';
import { splitTarget } from './normalize-path.ts';
import type { RoutedRequest } from './request.ts';

/** What the catch-all host is called where a name is needed, as in ingress-nginx. */
const NAMELESS = '_';

/** The value of `Location` for a request. */
export function locationOf(request: RoutedRequest, location: RedirectLocation): string {
  const scheme = request.secure ? 'https' : 'http';
  switch (location.kind) {
    case 'path': {
      const host =
        location.relative === true ? '' : `${scheme}://${canonicalHost(request.host) ?? ''}${portOf(request, location.withPort)}`;
      return `${host}${location.path}${splitTarget(request.target).query}`;
    }
    case 'https': {
      const port = location.withPort === true ? `:${request.httpsPort}` : '';
      const target = location.keepTrailingSlash ? request.target : withoutSlash(request.target);
      return `https://${hostWithoutPort(request.host) || NAMELESS}${port}${target}`;
    }
    case 'url':
      return location.url;
    case 'root':
      return `${scheme}://${request.host}${location.path}`;
    case 'host':
      return `${scheme}://${location.name}:${request.port}${withoutSlash(request.target)}`;
  }
}

/** Whether the redirect to HTTPS is for this request, which came without TLS. */
export function isRedirected({ namelessOnly }: HttpsRedirectPolicy, { host }: RoutedRequest): boolean {
  return namelessOnly !== true || host === '' || canonicalHost(host) === NAMELESS;
}

/** nginx leaves the usual port of a scheme out (`port_in_redirect`). */
function portOf({ secure, port }: RoutedRequest, wanted: true | undefined): string {
  return wanted === undefined || port === (secure ? 443 : 80) ? '' : `:${port}`;
}

function withoutSlash(target: string): string {
  return target.endsWith('/') ? target.slice(0, -1) : target;
}
