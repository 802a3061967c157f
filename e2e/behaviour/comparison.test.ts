import { expect, test } from 'vitest';
import type { Answer } from './answer-reader.ts';
import { expectationOf } from './case-schema.ts';
import type { Expectation } from './case-schema.ts';
import { countDifferences, differences, echoIn } from './comparison.ts';
import type { Outcome } from './wire.ts';

const echo = { backend: 'a', method: 'GET', uri: '/x', http: '1.1', headers: [['Host', 'x.test']], bytes: 0 };

function outcome(answer: Partial<Answer> | undefined, more: Partial<Outcome> = {}): Outcome {
  const complete = answer && { status: 200, reason: '', headers: [], body: JSON.stringify(echo), ...answer };
  return { answer: complete, bytes: '', failure: undefined, ms: 5, certificate: undefined, protocol: undefined, ...more };
}

function expected(written: Partial<Expectation>): Expectation {
  return { ...expectationOf('200'), status: undefined, ...written };
}

test('the short forms: status, Location, backend and target', () => {
  expect(expectationOf(404)).toMatchObject({ status: 404, headers: {} });
  expect(expectationOf('301 http://x.test/')).toMatchObject({ status: 301, headers: { Location: 'http://x.test/' } });
  expect(expectationOf('301 /x')).toMatchObject({ headers: { Location: '/x' } });
  expect(expectationOf('200 a')).toMatchObject({ status: 200, upstream: { backend: 'a' } });
  expect(expectationOf('200 a /x')).toMatchObject({ upstream: { backend: 'a', uri: '/x' } });
});

test('what is as expected has no differences', () => {
  expect(differences(outcome({}), expectationOf('200 a /x'))).toStrictEqual([]);
  expect(differences(outcome({ headers: [['X', 'y']] }), expected({ headers: { x: 'y', z: null, X: { matches: '^y$' } } }))).toStrictEqual(
    [],
  );
});

test('every difference is told', () => {
  expect(differences(outcome({ status: 404 }), expectationOf('200 b /y'))).toStrictEqual([
    'status: expected 200, got 404',
    'backend: expected "b", got "a"',
    'uri to the backend: expected "/y", got "/x"',
  ]);
  expect(differences(outcome({ body: '<html>', status: 503 }), expectationOf('503 a'))).toStrictEqual([
    'backend: expected a to answer, got status 503 of the proxy itself',
  ]);
  expect(differences(outcome({ headers: [['X', 'y']] }), expected({ headers: { X: null, Y: 'z' } }))).toStrictEqual([
    'X: expected null, got "y"',
    'Y: expected "z", got none',
  ]);
});

test('no answer is a difference unless it is expected', () => {
  const silent = outcome(undefined, { failure: 'read ECONNRESET' });
  expect(differences(silent, expectationOf('200'))).toStrictEqual(['no answer: read ECONNRESET after ""']);
  expect(differences(silent, expected({ none: true }))).toStrictEqual([]);
  expect(differences(outcome({}), expected({ none: true }))).toStrictEqual(['an answer: expected none, got 200']);
  expect(differences(silent, expected({ certificate: 'x.test' }))).toStrictEqual(['certificate: expected "x.test", got nothing']);
});

test('times and counts', () => {
  expect(differences(outcome({}, { ms: 90 }), expected({ atLeastMs: 100 }))).toStrictEqual(['took 90 ms: expected at least 100']);
  expect(countDifferences('answers of', ['a', 'b', 'a'], { a: 2, b: { min: 1 } })).toStrictEqual([]);
  expect(countDifferences('answers of', ['a'], { a: { min: 0, max: 0 }, b: 1 })).toHaveLength(2);
});

test('only the JSON of a backend is an echo', () => {
  expect(echoIn(outcome({ body: '{"error":1}' }).answer)).toBeUndefined();
  expect(echoIn(outcome({}).answer)).toMatchObject({ backend: 'a' });
});
