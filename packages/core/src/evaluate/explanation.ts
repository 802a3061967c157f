import { z } from 'zod';
import { diagnosticSchema } from '../observe/diagnostic-schema.ts';
import { endpointKey } from '../model/endpoint.ts';
import { formatObject } from '../model/origin.ts';
import type { Origin } from '../model/origin.ts';
import type { Upstream } from '../model/upstream.ts';
import type { Decision } from './evaluate.ts';
import { exceptionSteps } from './reason.ts';
import type { Reason } from './reason.ts';
import type { RoutedRequest } from './request.ts';

const text = z.string();
const list = <Item extends z.ZodType>(item: Item) => z.array(item).readonly();
const place = { object: text.describe('Kind namespace/name'), field: text.describe('Path inside the object.') };

const reason = z.strictObject({
  step: z.enum(['listener', 'host', 'path', 'route', 'policy', 'upstream', 'answer']),
  text,
  object: text.optional(),
  field: text.optional(),
});

const upstream = z.strictObject({ id: text, endpoints: list(text) });

const condition = z.strictObject({
  step: z.enum(exceptionSteps),
  text,
  statuses: list(z.int()).optional().describe('What may be answered instead.'),
  upstream: upstream.optional().describe('What may answer instead.'),
  object: text.optional(),
  field: text.optional(),
});

/** A decision as plain data for people and scripts: the JSON of `/api/explain`, and the larger part of `sluice explain`. */
export const explanationSchema = z.strictObject({
  request: z.strictObject({ secure: z.boolean(), method: text, host: text, target: text }),
  outcome: z.enum(['forward', 'redirect', 'respond']),
  status: z.int().optional().describe('What is answered; absent when the upstream decides.'),
  location: text.optional().describe('Location of a redirect.'),
  routed: z.boolean().describe('Whether a rule or default backend that somebody wrote takes the request.'),
  host: text.optional().describe('The virtual host, as users write it; * for every other name.'),
  route: z.strictObject({ match: z.enum(['exact', 'prefix', 'regex']), path: text, ...place }).optional(),
  rewritten: z
    .strictObject({ target: text, forwardedPrefix: text.optional() })
    .optional()
    .describe('What the upstream gets instead of the target as sent.'),
  upstream: upstream.optional(),
  reasons: list(reason).describe('What has been decided, in order.'),
  conditions: list(condition).describe(
    'What only shows when the request is served, and may end it otherwise: with the statuses, by the upstream, or, with neither, in any way.',
  ),
});

export type Explanation = z.output<typeof explanationSchema>;

/** The JSON of `sluice explain`. */
export const explainReport = explanationSchema.extend({ url: text, method: text, diagnostics: list(diagnosticSchema) });

/** Flattens a decision; nothing in it is secret. */
export function explanationOf(request: RoutedRequest, { verdict, reasons }: Decision): Explanation {
  const { route, host } = verdict;
  const { secure, method, host: authority, target } = request;
  return {
    request: { secure, method, host: authority, target },
    outcome: verdict.kind,
    ...(verdict.kind !== 'forward' && { status: verdict.status }),
    ...(verdict.kind === 'redirect' && { location: verdict.location }),
    routed: route !== undefined && route.from.object.kind !== 'Sluice',
    ...(host && { host: host.name }),
    ...(route && { route: { match: route.match.kind, path: route.match.path, ...where(route.from) } }),
    ...(verdict.kind === 'forward' && verdict.rewritten && { rewritten: verdict.rewritten }),
    ...(verdict.kind === 'forward' && { upstream: upstreamOf(verdict.upstream) }),
    reasons: reasons.flatMap(({ from, unless, ...told }) => (unless === undefined ? [{ ...told, ...(from && where(from)) }] : [])),
    conditions: reasons.flatMap(conditionOf),
  };
}

function where({ object, field }: Origin): { readonly object: string; readonly field: string } {
  return { object: formatObject(object), field };
}

function conditionOf({ text: told, from, unless }: Reason): Explanation['conditions'] {
  if (unless === undefined) return [];
  const { upstream: other, ...outcome } = unless;
  return [{ text: told, ...outcome, ...(other && { upstream: upstreamOf(other) }), ...(from && where(from)) }];
}

function upstreamOf({ id, endpoints }: Upstream): NonNullable<Explanation['upstream']> {
  return { id, endpoints: endpoints.map(endpointKey) };
}
