import type { CorsPolicy } from '../model/policy/cors.ts';
import type { HeaderEdit } from './header-edit.ts';
import type { RoutedRequest } from './request.ts';

/** What CORS means for one request whose origin is allowed. */
export interface CorsAnswer {
  /** Added to every answer, in the order of ingress-nginx. */
  readonly edits: readonly HeaderEdit[];
  /** An OPTIONS request, answered 204 whatever it asks for. */
  readonly preflight: boolean;
}

/** The headers that allow a cross-origin request; undefined for an origin that is not allowed. */
export function corsAnswer(policy: CorsPolicy, request: RoutedRequest): CorsAnswer | undefined {
  const allowed = allowedOrigin(policy, request.header('origin') ?? '');
  if (allowed === undefined) return undefined;
  const preflight = request.method === 'OPTIONS';
  const lines: readonly (readonly [string, string])[] = [
    ['Access-Control-Allow-Origin', allowed],
    ...(policy.credentials ? [['Access-Control-Allow-Credentials', 'true'] as const] : []),
    ['Access-Control-Allow-Methods', policy.methods],
    ['Access-Control-Allow-Headers', policy.headers],
    ...(policy.expose === undefined ? [] : [['Access-Control-Expose-Headers', policy.expose] as const]),
    ['Access-Control-Max-Age', String(policy.maxAgeSeconds)],
    ...(preflight ? [['Content-Length', '0'] as const] : []),
  ];
  return { edits: lines.map(([name, value]) => ({ op: 'set', name, value })), preflight };
}

/** The value of `Access-Control-Allow-Origin`: the origin as sent, `*` where all are allowed, also for requests without one. */
function allowedOrigin({ origins }: CorsPolicy, origin: string): string | undefined {
  if (origins === 'any') return '*';
  return origins.some((pattern) => originMatches(pattern, origin.toLowerCase())) ? origin : undefined;
}

/** Both in lower case. `*` is one label: letters, digits and dashes. */
function originMatches(pattern: string, origin: string): boolean {
  const star = pattern.indexOf('*');
  if (star < 0) return pattern === origin;
  const [before, after] = [pattern.slice(0, star), pattern.slice(star + 1)];
  if (!origin.startsWith(before) || !origin.endsWith(after)) return false;
  return /^[a-z0-9-]+$/.test(origin.slice(before.length, origin.length - after.length));
}
