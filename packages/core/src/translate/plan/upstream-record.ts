import type { Balancing } from '../../model/balancing.ts';
import type { Canary, CanaryHeaderRule } from '../../model/canary.ts';
import { endpointKey } from '../../model/endpoint.ts';
import type { Upstream } from '../../model/upstream.ts';
import { binary } from './bencode.ts';
import type { Bencodable } from './bencode.ts';
import { pcre } from './pcre.ts';

/** What Lua needs to know of an upstream to choose its side and an endpoint; 1 stands for true, and what is false is left out. Strings are binary. */
export function upstreamRecord(upstream: Upstream): { readonly [key: string]: Bencodable | undefined } {
  const { id, namespace, service, port, endpoints, balancing, canary } = upstream;
  return {
    id: binary(id),
    namespace: binary(namespace),
    service: binary(service),
    port: binary(port),
    endpoints: endpoints.map((endpoint) => binary(endpointKey(endpoint))),
    balancing: balancing && balancingValue(balancing),
    affinity: affinityValue(upstream),
    canary: canary && canaryValue(canary),
  };
}

function balancingValue(balancing: Balancing): Bencodable | undefined {
  switch (balancing.kind) {
    case 'round-robin':
      return undefined;
    case 'ewma':
      return { kind: 'ewma' };
    case 'hash':
      return {
        kind: 'hash',
        key: balancing.key.map((part) => (typeof part === 'string' ? binary(part) : [binary(part.variable)])),
        subset: balancing.subsetSize,
      };
  }
}

function affinityValue({ affinity }: Upstream): Bencodable | undefined {
  if (affinity === undefined) return undefined;
  const { name, path, expiresSeconds, maxAgeSeconds, domain, sameSite, conditionalSameSiteNone, secure } = affinity.cookie;
  return {
    mode: affinity.mode,
    change: flag(affinity.changeOnFailure),
    key: affinity.key,
    name: binary(name),
    path: path === undefined ? undefined : binary(path),
    expires: expiresSeconds === undefined ? undefined : whole(expiresSeconds),
    maxage: maxAgeSeconds === undefined ? undefined : whole(maxAgeSeconds),
    domain: domain === undefined ? undefined : binary(domain),
    samesite: sameSite,
    conditional: flag(conditionalSameSiteNone),
    secure: flag(secure),
  };
}

function canaryValue({ upstream, header, cookie, weight, weightTotal }: Canary): Bencodable {
  return {
    upstream: binary(upstream),
    header: header && { name: binary(header.name), ...headerRule(header.rule) },
    cookie: cookie === undefined ? undefined : binary(cookie),
    weight: whole(weight),
    total: whole(weightTotal),
  };
}

function headerRule(rule: CanaryHeaderRule): { readonly [key: string]: Bencodable } {
  switch (rule.kind) {
    case 'value':
      return { kind: rule.kind, value: binary(rule.value) };
    case 'pattern':
      return { kind: rule.kind, pattern: pcre(rule.pattern, { ignoreCase: false, anchored: false }) };
    default:
      return { kind: rule.kind };
  }
}

/** Integers beyond what a number holds exactly are as good as the largest one. */
function whole(value: number): number {
  return Math.trunc(Math.min(Math.max(value, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER));
}

function flag(value: boolean): 1 | undefined {
  return value ? 1 : undefined;
}
