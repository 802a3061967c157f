import type { MirrorPolicy } from './mirror.ts';
import type { AccessLogPolicy } from './access-log.ts';
import type { UpstreamHttpVersionPolicy } from './upstream-http-version.ts';
import type { UpstreamTlsPolicy } from './upstream-tls.ts';
import type { UpstreamTimeoutsPolicy } from './upstream-timeouts.ts';
import type { SessionCookiePolicy } from './session-cookie.ts';
import type { NextUpstreamPolicy } from './next-upstream.ts';
import type { BackendProtocolPolicy } from './backend-protocol.ts';
import type { BasicAuthPolicy } from './basic-auth.ts';
import type { BodyLimitPolicy } from './body-limit.ts';
import type { CookieDomainPolicy, CookiePathPolicy, LocationRewritePolicy } from './value-rewrite.ts';
import type { RequestHeadersPolicy } from './request-headers.ts';
import type { RequestBufferingPolicy } from './request-buffering.ts';
import type { ResponseHeadersPolicy } from './response-headers.ts';
import type { UpstreamConnectionPolicy } from './upstream-connection.ts';
import type { UpstreamHostPolicy } from './upstream-host.ts';
import type { HostHeadersPolicy, SnippetPolicy } from './snippet.ts';
import type { CorsPolicy } from './cors.ts';
import type { ExternalAuthPolicy } from './external-auth.ts';
import type { ErrorPagesPolicy } from './error-pages.ts';
import type { HttpsRedirectPolicy } from './https-redirect.ts';
import type { LimitPolicy } from './limit.ts';
import type { RewritePolicy } from './rewrite.ts';
import type { SatisfyAnyPolicy } from './satisfy.ts';
import type { SourceRangePolicy } from './source-range.ts';

/** What happens to a request of a route besides being forwarded. At most one of each kind on a route, but any number of `request-headers` and `response-headers`. */
export type Policy =
  | AccessLogPolicy
  | ErrorPagesPolicy
  | BackendProtocolPolicy
  | BasicAuthPolicy
  | BodyLimitPolicy
  | CookieDomainPolicy
  | CookiePathPolicy
  | CorsPolicy
  | ExternalAuthPolicy
  | HttpsRedirectPolicy
  | LimitPolicy
  | MirrorPolicy
  | HostHeadersPolicy
  | LocationRewritePolicy
  | NextUpstreamPolicy
  | RequestBufferingPolicy
  | RequestHeadersPolicy
  | ResponseHeadersPolicy
  | RewritePolicy
  | SatisfyAnyPolicy
  | SessionCookiePolicy
  | SnippetPolicy
  | SourceRangePolicy
  | UpstreamConnectionPolicy
  | UpstreamHostPolicy
  | UpstreamHttpVersionPolicy
  | UpstreamTimeoutsPolicy
  | UpstreamTlsPolicy;

/** The policy of one kind on a route. */
export function policyOf<Kind extends Policy['kind']>(
  { policies }: { readonly policies: readonly Policy[] },
  kind: Kind,
): Extract<Policy, { readonly kind: Kind }> | undefined {
  return policies.find((policy): policy is Extract<Policy, { readonly kind: Kind }> => policy.kind === kind);
}
