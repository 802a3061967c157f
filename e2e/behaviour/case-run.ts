import { setTimeout as delay } from 'node:timers/promises';
import { valuesOf } from './answer-reader.ts';
import type { Backends } from './backends.ts';
import type { Expectation } from './case-schema.ts';
import type { Case, Step } from './case.ts';
import { countDifferences, differences, echoIn, receivedDifferences } from './comparison.ts';
import type { EchoedRequest } from './echo-backend.ts';
import { unexplained } from './explained.ts';
import type { Sent } from './explained.ts';
import { filledIn } from './objects.ts';
import { sendRequest } from './sending.ts';
import type { Client } from './sending.ts';
import type { Outcome } from './wire.ts';

/** What a case needs from its surroundings. */
export interface Surroundings {
  readonly client: Client;
  readonly backends: Backends;
  /** Adds or replaces objects. */
  apply(objects: readonly object[]): void;
}

/** In what a case was not as it should be. */
export interface Findings {
  /** Empty when the case went as on ingress-nginx. */
  readonly differences: readonly string[];
  /** Empty when every answer was what `/api/explain` says. */
  readonly unexplained: readonly string[];
}

export interface Result extends Findings {
  readonly file: string;
  readonly name: string;
  readonly source: string;
}

const SETTLE_MS = 5000;
const ASK_AGAIN_MS = 50;

/** How long a copy of a request may take to arrive after the answer. */
const LATE_MS = 500;

/** Runs the steps of a case in turn; the first that differs ends it. */
export async function runCase(one: Case, surroundings: Surroundings): Promise<Findings> {
  const jar = new Map<string, string>();
  surroundings.backends.takeReceived();
  let patienceMs = 0;
  for (const [index, step] of one.steps.entries()) {
    // What was changed is not served by every worker when one of them has shown it.
    if (step.apply.length > 0) patienceMs = SETTLE_MS;
    const found = await runStep(step, surroundings, { jar: one.cookies ? jar : undefined, patienceMs });
    if (!isEmpty(found)) return one.steps.length === 1 ? found : inStep(found, index + 1);
  }
  return { differences: [], unexplained: [] };
}

function isEmpty({ differences: differing, unexplained: untold }: Findings): boolean {
  return differing.length === 0 && untold.length === 0;
}

function inStep({ differences: differing, unexplained: untold }: Findings, step: number): Findings {
  const named = (text: string): string => `step ${step}: ${text}`;
  return { differences: differing.map(named), unexplained: untold.map(named) };
}

interface Manner {
  /** The cookies that are kept; undefined: none are. */
  readonly jar: Map<string, string> | undefined;
  /** How long it is asked again. */
  readonly patienceMs: number;
}

async function runStep(step: Step, surroundings: Surroundings, { jar, patienceMs }: Manner): Promise<Findings> {
  if (step.apply.length > 0) surroundings.apply(step.apply);
  if (step.pauseMs > 0) await delay(step.pauseMs);
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    const found = await attempt(step, surroundings, jar);
    if (isEmpty(found) || performance.now() >= giveUpAt) return found;
    await delay(ASK_AGAIN_MS);
  }
}

async function attempt(
  { request, expect }: Step,
  { client, backends }: Surroundings,
  jar: Map<string, string> | undefined,
): Promise<Findings> {
  const once = async (n: number): Promise<Sent> => {
    const one = { request: filledIn(request, new Map([['n', String(n)]])), cookies: jar && cookieHeader(jar) };
    return { ...one, outcome: await sendRequest(client, one.request, one.cookies) };
  };
  const sent: Sent[] = [];
  if (request.together) sent.push(...(await Promise.all(Array.from({ length: request.times }, (_, index) => once(index)))));
  else for (let count = 0; count < request.times; count += 1) sent.push(await once(count));
  const outcomes = sent.map(({ outcome }) => outcome);
  if (jar !== undefined) for (const { answer } of outcomes) keepCookies(jar, valuesOf(answer?.headers ?? [], 'set-cookie'));
  const found = [...new Set(outcomes.flatMap((outcome) => differences(outcome, expect)))];
  return {
    differences: [...found, ...spreadDifferences(outcomes, expect), ...(await callDifferences(backends, expect))],
    unexplained: await unexplained(sent, client.ports, backends),
  };
}

function spreadDifferences(outcomes: readonly Outcome[], { distribution, statuses, sameBackend }: Expectation): readonly string[] {
  const names = outcomes.map(({ answer }) => echoIn(answer)?.backend ?? 'none');
  const same = new Set(names).size === 1;
  return [
    ...countDifferences('answers of', names, distribution ?? {}),
    ...countDifferences(
      'answers with',
      outcomes.map(({ answer }) => String(answer?.status ?? 'none')),
      statuses ?? {},
    ),
    ...(sameBackend !== undefined && same !== sameBackend
      ? [`answers came from ${names.join(' ')}, expected ${sameBackend ? 'one backend' : 'several'}`]
      : []),
  ];
}

/** Copies of a request may come after its answer: what is missing is waited for. */
async function callDifferences(backends: Backends, { calls, counts }: Expectation): Promise<readonly string[]> {
  const received = [...backends.takeReceived()];
  if (calls.length === 0 && Object.keys(counts).length === 0) return [];
  const giveUpAt = performance.now() + LATE_MS;
  for (;;) {
    const found = [
      ...calls.flatMap((call) => missing(received, call)),
      ...countDifferences(
        'requests to',
        received.map(({ backend }) => backend),
        counts,
      ),
    ];
    if (found.length === 0 || performance.now() >= giveUpAt) return found;
    await delay(10);
    received.push(...backends.takeReceived());
  }
}

function missing(received: readonly EchoedRequest[], call: Expectation['calls'][number]): readonly string[] {
  const candidates = received.filter(({ backend }) => call.backend === undefined || backend === call.backend);
  const [nearest] = candidates.map((request) => receivedDifferences(request, call)).toSorted((one, other) => one.length - other.length);
  return (nearest ?? ['none has arrived']).map((difference) => `call of ${call.backend ?? 'a backend'}: ${difference}`);
}

function cookieHeader(jar: ReadonlyMap<string, string>): string {
  return [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
}

function keepCookies(jar: Map<string, string>, setCookies: readonly string[]): void {
  for (const [, name, value] of setCookies.map((line) => /^([^=;]+)=([^;]*)/.exec(line) ?? []))
    if (name !== undefined) jar.set(name, value ?? '');
}
