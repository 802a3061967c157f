import { builtIn } from '../origin.ts';
import type { BodyLimitPolicy } from '../policy/body-limit.ts';
import type { Policy } from '../policy/policy.ts';
import { annotation } from './annotation.ts';
import type { Parsed } from './annotation.ts';
import type { AnnotationGroup } from './contribution.ts';

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** A size as nginx takes it: a number and at most one of the units k, m and g in any case. */
export function size(text: string): Parsed<number> {
  const [, digits, unit = ''] = /^(\d+)([bkmg]?)$/i.exec(text) ?? [];
  const factor = UNITS[unit.toLowerCase()];
  if (digits === undefined) return { ok: false, reason: 'it must be a number with at most one of the units k, m and g' };
  // ingress-nginx lets the unit b pass, and then leaves the setting out.
  if (factor === undefined) return { ok: false, reason: 'the unit b means nothing to nginx', outcome: 'fallback' };
  return { ok: true, value: Math.min(Number(digits) * factor, Number.MAX_SAFE_INTEGER) };
}

const proxyBodySize = annotation({
  key: 'proxy-body-size',
  risk: 'Medium',
  values: 'a size such as 512k, 8m or 1g; 0 for any size',
  effect: 'Answers 413 to requests with a larger body: at once where Content-Length tells, else as soon as the limit is passed.',
  standard: '1m',
  target: 'Route.policies: body-limit',
  onInvalid: 'fallback',
  parse: size,
  policy: (bytes, from) => ({ kind: 'body-limit', bytes, from }),
});

/** How much a client may send. */
export const bodySizeGroup: AnnotationGroup = { name: 'body-size', annotations: [proxyBodySize] };

/** The limit where nobody says otherwise. */
export const standardBodyLimit: BodyLimitPolicy = { kind: 'body-limit', bytes: 1_048_576, from: builtIn };

/** The policies with the usual limit for bodies where they have none of their own. */
export function withBodyLimit(policies: readonly Policy[]): readonly Policy[] {
  return policies.some(({ kind }) => kind === 'body-limit') ? policies : [...policies, standardBodyLimit];
}
