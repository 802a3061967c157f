import type { IngressFeatures } from '../annotations/ingress-features.ts';
import { builtIn } from '../origin.ts';
import type { HttpsRedirectPolicy } from '../policy/https-redirect.ts';
import type { HostInput } from './host-input.ts';

/**
 * The redirect to HTTPS of one path, or none. `path` as the Ingress writes it. The catch-all host has a certificate under
 * the name `_` in ingress-nginx, which is what a request without any host is looked up by.
 */
export function httpsRedirect(
  {
    httpsRedirect: settings,
    noTlsRedirect,
    redirectStyle: { withPort },
  }: Pick<IngressFeatures, 'httpsRedirect' | 'noTlsRedirect' | 'redirectStyle'>,
  path: string,
  { tls, host, settings: { redirectStatus: status } }: HostInput,
): readonly HttpsRedirectPolicy[] {
  const { when, keepTrailingSlash, from } = settings;
  if (noTlsRedirect.some((location) => path.startsWith(location)) || when === 'never') return [];
  const redirect = { kind: 'https-redirect', status, keepTrailingSlash, ...(withPort && { withPort }) } as const;
  const cause = when === 'always' ? from : tls?.from;
  if (cause !== undefined) return [{ ...redirect, from: cause }];
  return host === '' ? [{ ...redirect, namelessOnly: true, from: from ?? builtIn }] : [];
}
