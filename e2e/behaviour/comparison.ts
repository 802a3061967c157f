import type { BodyExpectation, Count, Expectation, HeaderExpectation, Received } from './case-schema.ts';
import { valuesOf } from './answer-reader.ts';
import type { Answer } from './answer-reader.ts';
import type { EchoedRequest } from './echo-backend.ts';
import type { Outcome } from './wire.ts';

const shown = (value: unknown): string => JSON.stringify(value) ?? 'nothing';

/** In what an outcome is not what ingress-nginx gives; empty when it is. */
export function differences(outcome: Outcome, expected: Expectation): readonly string[] {
  const { answer } = outcome;
  const told = [...handshakeDifferences(outcome, expected), ...timeDifferences(outcome, expected)];
  if (expected.none === true)
    return [
      ...told,
      ...(answer === undefined ? bodyDifferences(outcome.bytes, expected.body) : [`an answer: expected none, got ${answer.status}`]),
    ];
  if (answer === undefined)
    return expectsAnswer(expected)
      ? [...told, `no answer: ${outcome.failure ?? 'the connection ended'} after ${shown(outcome.bytes.slice(0, 200))}`]
      : told;
  return [
    ...told,
    ...statusDifferences(answer, expected),
    ...headerDifferences(answer.headers, expected.headers, ''),
    ...bodyDifferences(answer.body, expected.body),
    ...(expected.upstream === undefined ? [] : upstreamDifferences(answer, expected.upstream)),
  ];
}

function expectsAnswer({ status, headers, body, upstream }: Expectation): boolean {
  return status !== undefined || Object.keys(headers).length > 0 || body !== undefined || upstream !== undefined;
}

function handshakeDifferences({ certificate, protocol }: Outcome, expected: Expectation): readonly string[] {
  return [...unequal('certificate', certificate, expected.certificate), ...unequal('protocol', protocol, expected.protocol)];
}

function timeDifferences({ ms }: Outcome, { atLeastMs, atMostMs }: Expectation): readonly string[] {
  const took = `took ${Math.round(ms)} ms`;
  return [
    ...(atLeastMs !== undefined && ms < atLeastMs ? [`${took}: expected at least ${atLeastMs}`] : []),
    ...(atMostMs !== undefined && ms > atMostMs ? [`${took}: expected at most ${atMostMs}`] : []),
  ];
}

function statusDifferences({ status }: Answer, { status: expected }: Expectation): readonly string[] {
  if (expected === undefined || [expected].flat().includes(status)) return [];
  return [`status: expected ${shown(expected)}, got ${status}`];
}

/** Compares header fields; `whose` goes before their names. */
function headerDifferences(
  headers: Answer['headers'],
  expected: Readonly<Record<string, HeaderExpectation>>,
  whose: string,
): readonly string[] {
  return Object.entries(expected).flatMap(([name, wanted]) => {
    const values = valuesOf(headers, name);
    return headerIs(values, wanted)
      ? []
      : [`${whose}${name}: expected ${shown(wanted)}, got ${values.length === 0 ? 'none' : values.map(shown).join(' and ')}`];
  });
}

function headerIs(values: readonly string[], wanted: HeaderExpectation): boolean {
  if (wanted === null) return values.length === 0;
  if (Array.isArray(wanted)) return shown(values) === shown(wanted);
  if (typeof wanted === 'string') return values.length === 1 && values[0] === wanted;
  const pattern = new RegExp(wanted.matches);
  return values.length > 0 && values.every((value) => pattern.test(value));
}

function bodyDifferences(body: string, expected: BodyExpectation | undefined): readonly string[] {
  if (expected === undefined) return [];
  const { is, contains, matches, bytes } = expected;
  const start = `got ${shown(body.slice(0, 200))}`;
  return [
    ...unequal('body', body, is),
    ...unequal('bytes of the body', body.length, bytes),
    ...(contains !== undefined && !body.includes(contains) ? [`body: expected to contain ${shown(contains)}, ${start}`] : []),
    ...(matches !== undefined && !new RegExp(matches).test(body) ? [`body: expected to match ${matches}, ${start}`] : []),
  ];
}

function unequal<T>(what: string, actual: T, expected: T | undefined): readonly string[] {
  return expected === undefined || actual === expected ? [] : [`${what}: expected ${shown(expected)}, got ${shown(actual)}`];
}

function upstreamDifferences(answer: Answer, expected: Received): readonly string[] {
  const echo = echoIn(answer);
  if (echo === undefined)
    return [`backend: expected ${expected.backend ?? 'one'} to answer, got status ${answer.status} of the proxy itself`];
  return receivedDifferences(echo, expected);
}

/** What the backend that answered has received; undefined when it was not one of ours. */
export function echoIn(answer: Answer | undefined): EchoedRequest | undefined {
  if (answer === undefined || !answer.body.startsWith('{"backend"')) return undefined;
  return JSON.parse(answer.body) as EchoedRequest;
}

/** In what a request that a backend has received is not the expected one. */
export function receivedDifferences(
  received: EchoedRequest,
  { backend, method, uri, http, bytes, headers, absent }: Received,
): readonly string[] {
  return [
    ...unequal('backend', received.backend, backend),
    ...unequal('method to the backend', received.method, method),
    ...unequal('uri to the backend', received.uri, uri),
    ...unequal('version to the backend', received.http, http),
    ...unequal('bytes to the backend', received.bytes, bytes),
    ...headerDifferences(received.headers, headers, 'to the backend: '),
    ...headerDifferences(received.headers, Object.fromEntries(absent.map((name) => [name, null])), 'to the backend: '),
  ];
}

/** Compares counted names, such as answers by backend. */
export function countDifferences(what: string, names: readonly string[], expected: Readonly<Record<string, Count>>): readonly string[] {
  return Object.entries(expected).flatMap(([name, wanted]) => {
    const counted = names.filter((other) => other === name).length;
    const { min = 0, max = Infinity } = typeof wanted === 'number' ? { min: wanted, max: wanted } : wanted;
    return counted >= min && counted <= max ? [] : [`${what} ${name}: expected ${shown(wanted)}, got ${counted}`];
  });
}
