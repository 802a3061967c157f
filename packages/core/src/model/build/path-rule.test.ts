import { expect, test } from 'vitest';
import { isRuleHost, readPath } from './path-rule.ts';

const from = { object: { kind: 'Ingress', namespace: 'shop', name: 'web' }, field: 'spec.rules[0].http.paths[1]' };
const read = (path: string, pathType: string | undefined) =>
  readPath({ path, pathType, backend: { service: undefined, resource: undefined } }, from);

test.each([
  ['', undefined, { kind: 'prefix', path: '/' }],
  ['/foo', 'Exact', { kind: 'exact', path: '/foo' }],
  ['/foo/', 'Prefix', { kind: 'prefix', path: '/foo/' }],
  ['/v[0-9]+/x', 'ImplementationSpecific', { kind: 'prefix', path: '/v[0-9]+/x' }],
  ['/é', 'Prefix', { kind: 'prefix', path: '/\u00c3\u00a9' }],
])('%s as %s', (path, pathType, match) => {
  expect(read(path, pathType)).toEqual({ kind: 'match', match });
});

test.each([
  ['foo', 'Prefix', 'SLU1202', 'path'],
  ['/a//b', 'Exact', 'SLU1202', 'path'],
  ['/a/../b', 'Prefix', 'SLU1202', 'path'],
  ['/a%2Fb', 'Exact', 'SLU1202', 'path'],
  ['/a', 'Foo', 'SLU1203', 'pathType'],
])('%s as %s is refused with %s', (path, pathType, code, field) => {
  expect(read(path, pathType)).toMatchObject({ kind: 'invalid', diagnostic: { code, field: `spec.rules[0].http.paths[1].${field}` } });
});

test.each([
  ['shop.example.com', true],
  ['*.example.com', true],
  ['localhost', true],
  ['Shop.example.com', false],
  ['my host', false],
  ['a.*.com', false],
  ['10.0.0.1', false],
  ['123', true],
  ['host:80', false],
  ['', false],
])('host %s: %s', (host, valid) => {
  expect(isRuleHost(host)).toBe(valid);
});
