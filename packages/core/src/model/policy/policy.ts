import type { BodyLimitPolicy } from './body-limit.ts';
import type { HttpsRedirectPolicy } from './https-redirect.ts';
import type { RewritePolicy } from './rewrite.ts';

/** What happens to a request of a route besides being forwarded. At most one of each kind on a route. */
export type Policy =
  | ErrorPagesPolicy
  | BackendProtocolPolicy
  | BasicAuthPolicy
  | BodyLimitPolicy
  | CorsPolicy
  | ExternalAuthPolicy
  | HttpsRedirectPolicy
  | LimitPolicy
  | NextUpstreamPolicy
  | RewritePolicy
  | SatisfyAnyPolicy
  | SessionCookiePolicy
  | SourceRangePolicy
  | UpstreamTimeoutsPolicy
  | UpstreamTlsPolicy;

import type { CorsPolicy } from './cors.ts';
import type { ExternalAuthPolicy } from './external-auth.ts';
import type { ErrorPagesPolicy } from './error-pages.ts';
/** The policy of one kind on a route. */
export function policyOf<Kind extends Policy['kind']>(
  { policies }: { readonly policies: readonly Policy[] },
  kind: Kind,
): Extract<Policy, { readonly kind: Kind }> | undefined {
  return policies.find((policy): policy is Extract<Policy, { readonly kind: Kind }> => policy.kind === kind);
}
