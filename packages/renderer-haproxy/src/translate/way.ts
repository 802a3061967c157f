import { policyOf } from '@sluice/core';
import type { Origin, Route, TryFailure, UpstreamTls } from '@sluice/core';
import { digestOf } from './record.ts';

/** How a route speaks to an upstream, as far as HAProxy must know it of a whole backend. Equal keys mean equal ways. */
export interface Way {
  /** 24 hexadecimal digits: whoever makes another way with the same ones changes how all others speak to their upstreams. */
  readonly key: string;
  readonly tls?: UpstreamTls | 'unverified';
  /** Who says how TLS is spoken; others may say the same. */
  readonly from?: Origin;
  readonly connectMs: number;
  readonly tries: TryRules;
}

/** When a request is sent to another endpoint. */
export interface TryRules {
  readonly on: readonly TryFailure[];
  readonly nonIdempotent: boolean;
  /** In total. */
  readonly most: number;
}

export const USUAL_CONNECT_MS = 5000;
const USUAL_TRIES: TryRules = { on: ['error', 'timeout'], nonIdempotent: false, most: 3 };
/** Instead of every endpoint once. */
const MANY_TRIES = 10;

/** How a route without any policy speaks to upstreams. */
export const usualWay: Way = wayWith(undefined, USUAL_CONNECT_MS, USUAL_TRIES);

/** How a route speaks to its upstreams, with TLS or without. */
export function wayOf(route: Route, secure: boolean): Way {
  const { connectMs = USUAL_CONNECT_MS } = policyOf(route, 'upstream-timeouts') ?? {};
  const next = policyOf(route, 'next-upstream');
  const tries: TryRules =
    next === undefined ? USUAL_TRIES : { on: next.on, nonIdempotent: next.nonIdempotent, most: next.tries === 0 ? MANY_TRIES : next.tries };
  if (!secure) return wayWith(undefined, connectMs, tries);
  const policy = policyOf(route, 'upstream-tls');
  const way = wayWith(policy?.tls ?? 'unverified', connectMs, tries);
  return policy === undefined ? way : { ...way, from: policy.from };
}

function wayWith(tls: Way['tls'], connectMs: number, tries: TryRules): Way {
  const told = tls === undefined || tls === 'unverified' ? tls : tls.id;
  const key = digestOf(JSON.stringify([told, connectMs, tries.on, tries.nonIdempotent, tries.most]));
  return { key, ...(tls !== undefined && { tls }), connectMs, tries };
}

/** An upstream and how it is spoken to. */
export interface Demand {
  /** Id of the upstream. */
  readonly upstream: string;
  readonly way: Way;
}

/** No name that an API server accepts makes a longer id. */
const LONGEST_ID = 500;

/** Key of a demand in the map `upstreams`, not escaped. */
export function demandKey({ upstream, way }: Demand): string {
  return `${upstream.length > LONGEST_ID ? digestOf(upstream) : upstream},${way.key}`;
}
