import { describe, expect, test } from 'vitest';
import { builtIn } from '@sluice/core';
import type { Policy, RouteAction, SnippetStep, VirtualHost } from '@sluice/core';
import { literal, variable } from '../render/directive.ts';
import type { UpstreamHeader } from './plan-slots.ts';
import { changesTarget, editedRequestHeaders, planOf, plannedServer } from './plan.ts';

const from = builtIn;
const forward: RouteAction = { kind: 'forward', upstream: 'ns/svc:http' };
const host: VirtualHost = { name: 'a.test', match: { kind: 'exact', name: 'a.test' }, routes: [], from };
const SENT: readonly UpstreamHeader[] = [
  ['Host', variable('sluice_host_header')],
  ['X-Forwarded-For', variable('remote_addr')],
  ['Connection', literal('')],
];

function plan(policies: readonly Policy[], action = forward) {
  const object = { kind: 'Ingress', namespace: 'ns', name: 'ing' };
  const route = { match: { kind: 'prefix' as const, path: '/' }, action, policies, from: { object, field: '' } };
  return planOf(host, route, { httpsPort: 8443, sent: SENT });
}

const snippet = (...steps: readonly SnippetStep[]): Policy => ({ kind: 'snippet', steps, from });
const requestHeader = (name: string, op: 'set' | 'add' | 'remove' = 'set'): SnippetStep => ({
  kind: 'request-header',
  edit: { op, name, value: op === 'remove' ? [] : ['v'] },
});
const editedBy = (...steps: readonly SnippetStep[]) => {
  const made = plan([snippet(...steps)]);
  return made === undefined ? [] : editedRequestHeaders(made);
};

describe('which routes have a plan', () => {
  const https: Policy = { kind: 'https-redirect', status: 308, keepTrailingSlash: true, from };

  test('those of which directives take the steps in order have none', () => {
    expect(plan([])).toBeUndefined();
    expect(plan([https, { kind: 'rewrite', pattern: '/(.*)', target: '/$1', from }])).toBeUndefined();
  });

  test('the others have the whole rewrite phase', () => {
    const lines: Policy = { kind: 'response-headers', lines: [{ name: 'X-A', value: '$1' }], from };
    expect(plan([https, lines])).toMatchObject({ kind: 'route', https: { status: 308 }, lines: [['X-A', '$1']] });
  });
});

describe('request headers', () => {
  test('that steps may change have a variable a line', () => {
    expect(editedBy(requestHeader('X-A'), { kind: 'break' }, requestHeader('x-a', 'add'), requestHeader('Host'))).toEqual([
      { name: 'x-a', variable: 'sluice_edit_1' },
      { name: 'x-a', variable: 'sluice_edit_2' },
      { name: 'Host', variable: 'sluice_edit_3' },
    ]);
  });

  test('of which only the beginning is known are those that the location sends, and credentials', () => {
    expect(editedBy(requestHeader('X-*', 'remove'), requestHeader('C*', 'remove')).map(({ name }) => name)).toEqual([
      'X-Forwarded-For',
      'Cookie',
    ]);
  });

  test('begin with what the location sends otherwise', () => {
    expect(plan([snippet(requestHeader('host'), requestHeader('X-B'), requestHeader('Expect'))])?.slots).toEqual([
      { name: 'host', variables: ['sluice_edit_1'], base: [[['sluice_host_header']]] },
      { name: 'X-B', variables: ['sluice_edit_2'] },
      { name: 'Expect', variables: ['sluice_edit_3'], base: [] },
    ]);
  });

  test('do not matter where nothing is forwarded', () => {
    expect(plan([snippet(requestHeader('X-A'))], { kind: 'respond', status: 404, because: '' })?.slots).toBeUndefined();
  });
});

test.each<[SnippetStep, boolean]>([
  [{ kind: 'rewrite', pattern: '^', to: ['/'], keepQuery: true, last: true }, true],
  [{ kind: 'rewrite', pattern: '^', to: ['/'], keepQuery: true, last: true, redirect: 301 }, false],
  [{ kind: 'break' }, false],
])('%o changes the target: %s', (step, changes) => {
  const made = plan([snippet(step)]);
  expect(made && changesTarget(made)).toBe(changes);
});

test('the plan of a host is there when its snippet may answer, and has who may ask', () => {
  const lines: SnippetStep = { kind: 'response-header', edit: { op: 'set', name: 'X-A', value: ['a'] } };
  const appRoot = { path: '/app', from };
  expect(plannedServer({ ...host, snippet: { steps: [lines], locations: [], from }, appRoot })).toBeUndefined();
  const answering = { steps: [lines, { kind: 'return', status: 403 } as const], locations: [], from };
  const clientAuth = { kind: 'unusable', because: '', from } as const;
  expect(plannedServer({ ...host, snippet: answering, appRoot, clientAuth })).toMatchObject({
    kind: 'server',
    appRoot: '/app',
    refused: 1,
  });
});
