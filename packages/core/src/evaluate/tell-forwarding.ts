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
  const count = upstream.endpoints.length;
  const place = isOf(upstream, route) ? { from: route.from } : {};
  tell({ step: 'upstream', text: `forwarded to ${upstream.id}, ${count} ${count === 1 ? 'endpoint' : 'endpoints'}`, ...place });
  const facts = [...spreading(upstream, route), ...trying(route), ...encrypting(route, secure)];
  for (const fact of facts) tell({ step: 'policy', ...fact });
  const failed = '502 when no endpoint takes the request, 504 when none answers in time';
  tell({ step: 'upstream', text: failed, ...place, unless: { step: 'upstream', statuses: [502, 504] } });
}

/** Whether it is the route's own: upstreams belong to many routes, others are canaries and stand-ins, told before with the object that chose them. */
function isOf({ id }: Upstream, { action }: Route): boolean {
  return action.kind === 'forward' && action.upstream === id;
}

interface Fact {
  readonly text: string;
  readonly from: Route['from'];
}

function spreading({ balancing, affinity }: Upstream, route: Route): Fact[] {
  if (affinity === undefined) return balancing === undefined ? [] : [{ text: describeBalancing(balancing), from: balancing.from }];
  const facts = [{ text: describeAffinity(affinity), from: affinity.from }];
  if (balancing !== undefined) facts.push({ text: 'affinity goes before this balancing', from: balancing.from });
  const cookie = policyOf(route, 'session-cookie');
  if (cookie !== undefined)
    facts.push({ text: `a client without a cookie gets one with the path ${affinity.cookie.path ?? cookie.path}`, from: cookie.from });
  return facts;
}

function trying(route: Route): Fact[] {
  const [timeouts, next] = [policyOf(route, 'upstream-timeouts'), policyOf(route, 'next-upstream')];
  return [
    ...(timeouts === undefined ? [] : [{ text: describeTimeouts(timeouts), from: timeouts.from }]),
    ...(next === undefined ? [] : [{ text: describeNext(next), from: next.from }]),
  ];
}

function encrypting(route: Route, secure: boolean): Fact[] {
  const version = policyOf(route, 'upstream-http-version');
  const [protocol, tls] = [policyOf(route, 'backend-protocol'), policyOf(route, 'upstream-tls')];
  const encrypted = protocol !== undefined && (protocol.protocol === 'https' || secure);
  const settings = (known: UpstreamTls): string => (encrypted ? describeTls(known) : 'settings of TLS that do not matter without it');
  return [
    ...(version === undefined ? [] : [{ text: `HTTP/${version.version} to the endpoint`, from: version.from }]),
    ...(protocol === undefined ? [] : [{ text: `the endpoint is spoken to ${encrypted ? 'with' : 'without'} TLS`, from: protocol.from }]),
    ...(tls === undefined ? [] : [{ text: settings(tls.tls), from: tls.from }]),
  ];
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
