import type { HttpsRedirectSettings } from '../annotations/contribution.ts';
import type { HttpsRedirectPolicy } from '../policy/https-redirect.ts';
import type { HostInput } from './host-input.ts';

/** Paths of Ingresses that are never redirected to HTTPS: ACME HTTP-01 challenges (ingress-nginx `no-tls-redirect-locations`). */
const NO_TLS_REDIRECT = '/.well-known/acme-challenge';

/** The redirect to HTTPS of one path, or none. `path` as the Ingress writes it. */
export function httpsRedirect(
  { when, keepTrailingSlash, from }: HttpsRedirectSettings,
  path: string,
  { tls }: HostInput,
): readonly HttpsRedirectPolicy[] {
  if (path.startsWith(NO_TLS_REDIRECT) || when === 'never') return [];
  const cause = when === 'always' ? from : tls?.from;
  return cause === undefined ? [] : [{ kind: 'https-redirect', status: 308, keepTrailingSlash, from: cause }];
}
