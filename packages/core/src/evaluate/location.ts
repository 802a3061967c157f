import type { HttpsRedirectPolicy } from '../model/policy/https-redirect.ts';
import type { RedirectLocation } from '../model/redirect.ts';
import { canonicalHost, hostWithoutPort } from './canonical-host.ts';
import { toldHost, toldPort, toldScheme } from './forwarded.ts';
import { splitTarget } from './normalize-path.ts';
import type { RoutedRequest } from './request.ts';
import { NAMELESS } from './server-name.ts';

type Kind<Name extends RedirectLocation['kind']> = Extract<RedirectLocation, { readonly kind: Name }>;

/** The value of `Location` for a request. */
export function locationOf(request: RoutedRequest, location: RedirectLocation): string {
  const scheme = schemeOf(request);
  switch (location.kind) {
    case 'path':
      return pathLocation(request, location);
    case 'https':
      return httpsLocation(request, location);
    case 'url':
      return urlLocation(request, location);
    case 'root':
      return `${scheme}://${request.host}${location.path}`;
    case 'host':
      return `${toldScheme(request)}://${location.name}:${toldPort(request)}${withoutSlash(request.target)}`;
  }
}

function pathLocation(request: RoutedRequest, { path, relative, withPort }: Kind<'path'>): string {
  const { query } = splitTarget(request.target);
  if (relative === true) return path + query;
  return `${schemeOf(request)}://${canonicalHost(request.host) ?? ''}${portOf(request, withPort)}${path}${query}`;
}

/** nginx makes what it is told to redirect to absolute (`absolute_redirect`). */
function urlLocation(request: RoutedRequest, { url, relative, withPort }: Kind<'url'>): string {
  if (relative === true || !url.startsWith('/')) return url;
  return `${schemeOf(request)}://${canonicalHost(request.host) ?? ''}${portOf(request, withPort)}${url}`;
}

function httpsLocation(request: RoutedRequest, { keepTrailingSlash, withPort }: Kind<'https'>): string {
  const { target, httpsPort } = request;
  const port = withPort === true ? `:${httpsPort}` : '';
  return `https://${hostWithoutPort(toldHost(request)) || NAMELESS}${port}${keepTrailingSlash ? target : withoutSlash(target)}`;
}

function schemeOf({ secure }: RoutedRequest): string {
  return secure ? 'https' : 'http';
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
