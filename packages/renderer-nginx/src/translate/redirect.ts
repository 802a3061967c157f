import type { Redirect, RedirectLocation, RedirectStyle } from '@sluice/core';
import { directive } from '../render/directive.ts';
import type { Argument, Directive } from '../render/directive.ts';

type Part = string | { readonly variable: string };

/** The statuses with which nginx's `return` takes a URL; with others it takes a body. */
const WITH_URL: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

const origin: readonly Part[] = [{ variable: 'scheme' }, '://', { variable: 'sluice_named_host' }];

/** `Location` as the core's `locationOf` makes it. `httpsPort` is where redirects with a port lead. */
export function redirectLocation(location: RedirectLocation, httpsPort: number): Argument {
  return { kind: 'text', parts: partsOf(location, httpsPort) };
}

function partsOf(location: RedirectLocation, httpsPort: number): readonly Part[] {
  switch (location.kind) {
    case 'path':
      return [...absolute(location), location.path, { variable: 'sluice_query' }];
    case 'https':
      return toHttps(location, httpsPort);
    case 'url':
      return [...(location.url.startsWith('/') ? absolute(location) : []), location.url];
    case 'root':
      return [{ variable: 'scheme' }, '://', { variable: 'sluice_authority' }, location.path];
    case 'host':
      return [
        { variable: 'sluice_told_scheme' },
        `://${location.name}:`,
        { variable: 'sluice_port' },
        { variable: 'sluice_slashless_uri' },
      ];
  }
}

function toHttps(
  { withPort, keepTrailingSlash }: Extract<RedirectLocation, { readonly kind: 'https' }>,
  httpsPort: number,
): readonly Part[] {
  const target = { variable: keepTrailingSlash ? 'request_uri' : 'sluice_slashless_uri' };
  return ['https://', { variable: 'sluice_redirect_host' }, withPort ? `:${httpsPort}` : '', target];
}

function absolute({ relative, withPort }: RedirectStyle): readonly Part[] {
  if (relative) return [];
  return withPort ? [...origin, { variable: 'sluice_port_suffix' }] : origin;
}

/** Answers with a redirect. nginx makes a path absolute by itself unless it is told not to (`absolute_redirect`). */
export function redirecting({ status, location }: Redirect, httpsPort: number): readonly Directive[] {
  const value = redirectLocation(location, httpsPort);
  if (!WITH_URL.has(status)) return [directive('add_header', 'Location', value, 'always'), directive('return', status)];
  return [
    ...('relative' in location && location.relative ? [directive('absolute_redirect', 'off')] : []),
    directive('return', status, value),
  ];
}
