import type { CookieAffinity } from '../model/affinity.ts';
import type { Balancing } from '../model/balancing.ts';
import type { NextUpstreamPolicy } from '../model/policy/next-upstream.ts';
import { policyOf } from '../model/policy/policy.ts';
import type { UpstreamTimeoutsPolicy } from '../model/policy/upstream-timeouts.ts';
import type { Route } from '../model/route.ts';
import type { Upstream } from '../model/upstream.ts';
import type { UpstreamTls } from '../model/upstream-tls.ts';
import type { VariableText } from '../model/variable-text.ts';
import type { Narrator } from './reason.ts';

/** Tells everything about how a request gets to an endpoint of its upstream. */
export function tellForwarding(upstream: Upstream, route: Route, secure: boolean, tell: Narrator): void {
  if (tell === undefined) return;
  const policy = (text: string, { from }: { readonly from: Route['from'] }): void => tell({ step: 'policy', text, from });
  const { balancing, affinity } = upstream;
  if (affinity !== undefined) policy(describeAffinity(affinity), affinity);
  if (balancing !== undefined)
    policy(affinity === undefined ? describeBalancing(balancing) : 'affinity goes before this balancing', balancing);
  const cookie = policyOf(route, 'session-cookie');
  if (cookie !== undefined && affinity !== undefined)
    policy(`a client without a cookie gets one with the path ${affinity.cookie.path ?? cookie.path}`, cookie);
  const timeouts = policyOf(route, 'upstream-timeouts');
  if (timeouts !== undefined) policy(describeTimeouts(timeouts), timeouts);
  const next = policyOf(route, 'next-upstream');
  if (next !== undefined) policy(describeNext(next), next);
  const protocol = policyOf(route, 'backend-protocol');
  const encrypted = protocol?.protocol === 'https' || (protocol !== undefined && secure);
  if (protocol !== undefined) policy(`the endpoint is spoken to ${encrypted ? 'with' : 'without'} TLS`, protocol);
  const tls = policyOf(route, 'upstream-tls');
  if (tls !== undefined) policy(encrypted ? describeTls(tls.tls) : 'settings of TLS that do not matter without it', tls);
}

function describeAffinity({ mode, cookie }: CookieAffinity): string {
  return `the cookie ${cookie.name} keeps a client on one endpoint (${mode})`;
}

function describeBalancing(balancing: Balancing): string {
  switch (balancing.kind) {
    case 'round-robin':
      return 'endpoints take turns';
    case 'ewma':
      return 'of two endpoints the one that answers faster';
    case 'hash': {
      const { key, subsetSize } = balancing;
      return `the endpoint is chosen by ${textOf(key)}${subsetSize === undefined ? '' : `, out of ${subsetSize}`}`;
    }
  }
}

function textOf(text: VariableText): string {
  return text.map((part) => (typeof part === 'string' ? part : `$${part.variable}`)).join('');
}

function describeTimeouts({ connectMs, readMs, sendMs }: UpstreamTimeoutsPolicy): string {
  const limits = [
    ['connect', connectMs],
    ['read', readMs],
    ['send', sendMs],
  ] as const;
  return `time limits: ${limits.flatMap(([what, ms]) => (ms === undefined ? [] : `${what} ${ms / 1000} s`)).join(', ')}`;
}

function describeNext({ on, nonIdempotent, tries, timeoutMs }: NextUpstreamPolicy): string {
  if (on.length === 0) return 'no other endpoint is tried after a failure';
  const times = tries === 0 ? 'every endpoint is tried once' : `${tries} ${tries === 1 ? 'try' : 'tries'}`;
  const within = timeoutMs === 0 ? '' : ` within ${timeoutMs / 1000} s`;
  return `another endpoint is tried after ${on.join(', ')}${nonIdempotent ? ' (non-idempotent requests too)' : ''}: ${times}${within}`;
}

function describeTls({ verify, client, name, sendServerName }: UpstreamTls): string {
  const shown = client === undefined ? 'no certificate is shown' : 'a certificate is shown';
  const verified = verify ? `the endpoint must have one for ${name ?? ''}` : 'that of the endpoint is not verified';
  return `${shown}, ${verified}${sendServerName ? `, server name ${name ?? ''}` : ''}`;
}
