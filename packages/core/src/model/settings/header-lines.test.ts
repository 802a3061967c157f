import { expect, test } from 'vitest';
import { evaluate } from '../../evaluate/evaluate.ts';
import { requestOf } from '../../evaluate/request-of.ts';
import { annotatedIngress } from '../../testing/served-ingresses.ts';
import { servedSettings } from '../../testing/served-settings.ts';

const named = (name: string, data: Readonly<Record<string, string>>) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'ingress', name },
  data,
});

function verdictOf(served: ReturnType<typeof servedSettings>, host = 'x.test') {
  const request = requestOf({ url: `http://${host}/a?b` });
  if (request === undefined) throw new TypeError('no request');
  const { verdict, reasons } = evaluate(served.model(), request);
  return { verdict, reasons, sent: 'requestEdits' in verdict ? verdict.requestEdits : undefined };
}

test('add-headers are on every answer of a route, also of the built-in 404, and follow their ConfigMap', () => {
  const served = servedSettings({ 'add-headers': 'ingress/more' }, annotatedIngress('x', {}), named('more', { 'X-B': '"b"', 'X-A': 'a' }));
  const lines = [
    { op: 'set', name: 'X-A', value: 'a' },
    { op: 'set', name: 'X-B', value: '"b"' },
  ];
  expect(verdictOf(served).verdict.responseEdits).toEqual(lines);
  expect(verdictOf(served, 'other.test').verdict.responseEdits).toEqual(lines);
  expect(verdictOf(served).reasons.some(({ from }) => from?.field === 'data[add-headers]')).toBe(true);
  served.put(named('more', { 'X-C': 'c' }));
  expect(verdictOf(served).verdict.responseEdits).toEqual([{ op: 'set', name: 'X-C', value: 'c' }]);
  served.set({});
  expect(verdictOf(served).verdict.responseEdits).toBeUndefined();
});

test('what is not ASCII in them is UTF-8', () => {
  const served = servedSettings({ 'add-headers': 'ingress/more' }, annotatedIngress('x', {}), named('more', { 'X-A': 'é→' }));
  const [edit] = verdictOf(served).verdict.responseEdits ?? [];
  expect(edit).toEqual({ op: 'set', name: 'X-A', value: Buffer.from('é→', 'utf8').toString('latin1') });
});

test('custom-headers of an Ingress go before', () => {
  const served = servedSettings(
    { 'add-headers': 'ingress/more', 'global-allowed-response-headers': 'X-A' },
    annotatedIngress('x', { 'custom-headers': 'ingress/own' }),
    named('more', { 'X-A': 'all' }),
    named('own', { 'X-A': 'own' }),
  );
  expect(verdictOf(served).verdict.responseEdits?.map(({ value }) => value)).toEqual(['all', 'own']);
});

test('proxy-set-headers know variables, and replace what clients send but not what the proxy tells', () => {
  const served = servedSettings(
    { 'proxy-set-headers': 'ingress/told', 'proxy-add-original-uri-header': 'true' },
    annotatedIngress('x', {}),
    named('told', { 'X-Where': 'at ${host}$request_uri', 'X-Forwarded-For': '1.1.1.1', 'X-Empty': '$arg_none' }),
  );
  expect(verdictOf(served).sent).toEqual([
    { op: 'remove', name: 'X-Empty', value: '' },
    { op: 'add', name: 'X-Forwarded-For', value: '1.1.1.1' },
    { op: 'set', name: 'X-Where', value: 'at x.test/a?b' },
    { op: 'set', name: 'X-Original-URI', value: '/a?b' },
  ]);
});

test.each([
  ['add-headers', { 'X One': 'a', 'X-Two': 'a\nSet-Cookie: b', 'Content-Length': '1', 'X-Three': '$host', 'X-Four': '' }],
  ['proxy-set-headers', { 'X;One': 'a', 'X-Two': '\u0000', Connection: 'x', 'X-Three': '$msec', 'X-Four': ' ' }],
])('%s: entries that cannot be lines are left out, and each is told', (key, data) => {
  const served = servedSettings({ [key]: 'ingress/odd' }, annotatedIngress('x', {}), named('odd', data));
  expect(served.findings()).toEqual(Array.from({ length: 5 }, () => ['SLU1603', `data[${key}]`]));
  expect([verdictOf(served).verdict.responseEdits, verdictOf(served).sent]).toEqual([undefined, undefined]);
});

test.each([
  ['ingress/none', 'SLU1511'],
  ['none', 'SLU1603'],
  ['../x/y', 'SLU1603'],
])('a ConfigMap %s', (id, code) => {
  expect(servedSettings({ 'add-headers': id }).findings()).toEqual([[code, 'data[add-headers]']]);
});
