import type { Explanation } from '@sluice/core';
import type { CaseRequest } from './case-schema.ts';
import { valuesOf } from './answer-reader.ts';
import type { Backends } from './backends.ts';
import { echoIn } from './comparison.ts';
import { headersOf, writtenUrl } from './sending.ts';
import type { Ports } from '../running-sluice.ts';
import type { Outcome } from './wire.ts';

/** A request that was sent and what came of it. */
export interface Sent {
  readonly request: CaseRequest;
  readonly cookies: string | undefined;
  readonly outcome: Outcome;
}

/** Without an answer: the status with which nginx closes a connection. */
const NO_ANSWER = 444;

/** What clients cannot be explained to have done: the bytes are not a request that could be written down, or it never came to an answer. */
function isExplainable({ request, outcome }: Sent): boolean {
  return (
    request.raw === undefined &&
    request.http !== '2' &&
    request.http !== '1.0' &&
    request.sni === undefined &&
    outcome.failure === undefined
  );
}

/** In what the answers were not the ones that the controller explains for their requests. */
export async function unexplained(sent: readonly Sent[], ports: Ports, backends: Pick<Backends, 'places'>): Promise<readonly string[]> {
  const explanations = new Map<string, Promise<Explanation>>();
  const found = sent.filter(isExplainable).map(async (one) => {
    const page = explanationPage(one, ports);
    const explanation = explanations.get(page) ?? fetchExplanation(page);
    explanations.set(page, explanation);
    return disagreement(one, await explanation, backends);
  });
  return [...new Set((await Promise.all(found)).filter((text) => text !== undefined))];
}

async function fetchExplanation(page: string): Promise<Explanation> {
  return (await (await fetch(page)).json()) as Explanation;
}

/** The port is that of the listener, where redirects name it; the host is in its header. */
function explanationPage({ request, cookies }: Sent, ports: Ports): string {
  const { secure, authority, target } = writtenUrl(request);
  const body = request.body?.length ?? request.bodyBytes;
  const headers = [
    ...headersOf(request, { secure, authority, target }, cookies),
    ...(request.chunked ? [['Transfer-Encoding', 'chunked'] as const] : []),
    ...(body === undefined || request.chunked ? [] : [['Content-Length', String(body)] as const]),
  ];
  const query = new URLSearchParams({
    url: `${secure ? `https://in.the.header:${ports.https}` : `http://in.the.header:${ports.http}`}${target}`,
    method: request.method,
    client: request.from,
  });
  for (const [name, value] of headers) query.append('header', `${name}: ${value}`);
  return `http://127.0.0.1:${ports.admin}/api/explain?${query.toString()}`;
}

function disagreement({ request, outcome }: Sent, explanation: Explanation, backends: Pick<Backends, 'places'>): string | undefined {
  const seen = seenIn(outcome);
  if (isPromised(seen, explanation, backends) || isExcepted(seen, explanation, backends)) return undefined;
  const { outcome: kind, status, location, upstream, rewritten, conditions } = explanation;
  const promised = { kind, status, location, upstream, rewritten, conditions: conditions.map(({ step }) => step) };
  return `${request.method} ${request.url ?? ''}: explained as ${JSON.stringify(promised)}, got ${JSON.stringify(seen)}`;
}

interface Seen {
  readonly status: number;
  readonly location?: string | undefined;
  /** The one that answered, and what it got. */
  readonly backend?: string | undefined;
  readonly target?: string | undefined;
}

function seenIn({ answer }: Outcome): Seen {
  if (answer === undefined) return { status: NO_ANSWER };
  const echo = echoIn(answer);
  const backend = echo?.backend ?? valuesOf(answer.headers, 'x-backend')[0];
  return { status: answer.status, location: valuesOf(answer.headers, 'location')[0], backend, target: echo?.uri };
}

function isPromised(
  seen: Seen,
  { outcome, status, location, upstream, rewritten, request }: Explanation,
  backends: Pick<Backends, 'places'>,
): boolean {
  if (outcome !== 'forward') return seen.backend === undefined && seen.status === status && seen.location === location;
  if (seen.status === 101) return true;
  return answersFor(seen, upstream, backends) && (seen.target === undefined || seen.target === (rewritten?.target ?? request.target));
}

/** Whether it is one of the other outcomes that the explanation lists. */
function isExcepted(seen: Seen, { conditions }: Explanation, backends: Pick<Backends, 'places'>): boolean {
  return conditions.some(
    ({ statuses, upstream }) =>
      (statuses === undefined && upstream === undefined) ||
      answersFor(seen, upstream, backends) ||
      (seen.backend === undefined && statuses?.includes(seen.status) === true),
  );
}

/** Whether the backend that answered is an endpoint of the upstream. Endpoints with names are told by their ports. */
function answersFor({ backend = '' }: Seen, upstream: Explanation['upstream'], { places }: Pick<Backends, 'places'>): boolean {
  const { address, port } = places.get(backend) ?? {};
  const isIt = (endpoint: string): boolean =>
    endpoint === `${address}:${port}` || (/[a-z]/.test(endpoint) && endpoint.endsWith(`:${port}`));
  return upstream?.endpoints.some(isIt) === true;
}
