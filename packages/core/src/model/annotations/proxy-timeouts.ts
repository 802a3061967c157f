import type { NextUpstreamPolicy, TryFailure } from '../policy/next-upstream.ts';
import type { UpstreamTimeoutsPolicy } from '../policy/upstream-timeouts.ts';
import { annotation } from './annotation.ts';
import type { Annotation, Parsed } from './annotation.ts';
import type { AnnotationGroup, Contribution } from './contribution.ts';
import type { IngressSettings } from './ingress-settings.ts';
import { integer } from './value-parsers.ts';

const timeouts = { target: 'Route.policies: upstream-timeouts', onInvalid: 'fallback' } as const;
const tries = { target: 'Route.policies: next-upstream', onInvalid: 'fallback' } as const;

/** nginx refuses more, and with it every change of every Ingress. */
const MAX_SECONDS = 2_147_483;

function between(lowest: number, highest: number): (value: string) => Parsed<number> {
  return (value) => {
    const parsed = integer(value);
    if (!parsed.ok || (parsed.value >= lowest && parsed.value <= highest)) return parsed;
    return { ok: false, reason: `it must be from ${lowest} to ${highest}` };
  };
}

const connectTimeout = annotation({
  ...timeouts,
  key: 'proxy-connect-timeout',
  risk: 'Low',
  values: 'seconds, from 1',
  effect: 'Time for a connection to an endpoint to be established.',
  standard: '5',
  parse: between(1, MAX_SECONDS),
});

const readTimeout = annotation({
  ...timeouts,
  key: 'proxy-read-timeout',
  risk: 'Low',
  values: 'seconds, from 1',
  effect: 'Longest pause between two reads from an endpoint; ends idle WebSockets too.',
  standard: '60',
  parse: between(1, MAX_SECONDS),
});

const sendTimeout = annotation({
  ...timeouts,
  key: 'proxy-send-timeout',
  risk: 'Low',
  values: 'seconds, from 1',
  effect: 'Longest pause between two writes to an endpoint.',
  standard: '60',
  parse: between(1, MAX_SECONDS),
});

const FAILURES: readonly TryFailure[] = [
  'error',
  'timeout',
  'invalid_header',
  'http_500',
  'http_502',
  'http_503',
  'http_504',
  'http_403',
  'http_404',
  'http_429',
];

interface WhenNext {
  readonly on: readonly TryFailure[];
  readonly nonIdempotent: boolean;
}

const nextUpstream = annotation<WhenNext>({
  ...tries,
  key: 'proxy-next-upstream',
  risk: 'Medium',
  values: `words out of ${FAILURES.join(' ')} non_idempotent off`,
  effect: 'Failures after which a request is sent to another endpoint; requests such as POST that have left only with non_idempotent.',
  standard: 'error timeout',
  parse: parseNext,
});

const nextTries = annotation({
  ...tries,
  key: 'proxy-next-upstream-tries',
  risk: 'Low',
  values: 'a whole number; 0 means every endpoint once',
  effect: 'Endpoints that a request is sent to at most.',
  standard: '3',
  parse: between(0, 1000),
});

const nextTimeout = annotation({
  ...tries,
  key: 'proxy-next-upstream-timeout',
  risk: 'Low',
  values: 'seconds; 0 means no limit',
  effect: 'How long after the first try another one may begin.',
  standard: '0',
  parse: between(0, MAX_SECONDS),
});

/** How long endpoints may take, and what follows when they fail. */
export const proxyTimeoutsGroup: AnnotationGroup = {
  name: 'proxy',
  annotations: [connectTimeout, readTimeout, sendTimeout, nextUpstream, nextTries, nextTimeout],
  contribute: (settings) => ({ policies: [...timeoutsOf(settings), ...nextOf(settings)] }) satisfies Contribution,
};

function parseNext(value: string): Parsed<WhenNext> {
  const words = value.split(/\s+/);
  const unknown = words.find((word) => word !== 'non_idempotent' && word !== 'off' && !FAILURES.some((failure) => failure === word));
  if (unknown !== undefined) return { ok: false, reason: `${JSON.stringify(unknown.slice(0, 80))} is none of its words` };
  const on = words.includes('off') ? [] : FAILURES.filter((failure) => words.includes(failure));
  return { ok: true, value: { on, nonIdempotent: words.includes('non_idempotent') } };
}

function timeoutsOf(settings: IngressSettings): readonly UpstreamTimeoutsPolicy[] {
  const used = [connectTimeout, readTimeout, sendTimeout].find((known) => settings.has(known));
  if (used === undefined) return [];
  const inMs = (known: Annotation<number>): number | undefined => {
    const value = settings.get(known);
    return value === undefined ? undefined : value * 1000;
  };
  const [connectMs, readMs, sendMs] = [inMs(connectTimeout), inMs(readTimeout), inMs(sendTimeout)];
  return [
    {
      kind: 'upstream-timeouts',
      ...(connectMs !== undefined && { connectMs }),
      ...(readMs !== undefined && { readMs }),
      ...(sendMs !== undefined && { sendMs }),
      from: settings.from(used),
    },
  ];
}

function nextOf(settings: IngressSettings): readonly NextUpstreamPolicy[] {
  const used = [nextUpstream, nextTries, nextTimeout].find((known) => settings.has(known));
  if (used === undefined) return [];
  const when = settings.get(nextUpstream) ?? { on: ['error', 'timeout'], nonIdempotent: false };
  return [
    {
      kind: 'next-upstream',
      ...when,
      tries: settings.get(nextTries) ?? 3,
      timeoutMs: (settings.get(nextTimeout) ?? 0) * 1000,
      from: settings.from(used),
    },
  ];
}
