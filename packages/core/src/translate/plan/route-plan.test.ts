import { describe, expect, test } from 'vitest';
import { builtIn } from '../../model/origin.ts';
import type { Policy } from '../../model/policy/policy.ts';
import type { SnippetStep } from '../../model/policy/snippet.ts';
import type { RouteAction } from '../../model/route.ts';
import type { VirtualHost } from '../../model/virtual-host.ts';
import { encodePlans, planKey } from './plan-encoding.ts';
import { routePlanOf } from './route-plan.ts';
import { serverPlanOf } from './server-plan.ts';

const from = builtIn;
const forward: RouteAction = { kind: 'forward', upstream: 'ns/svc:http' };
const host: VirtualHost = { name: 'a.test', match: { kind: 'exact', name: 'a.test' }, routes: [], from };

function plan(policies: readonly Policy[], action = forward) {
  const object = { kind: 'Ingress', namespace: 'ns', name: 'ing' };
  const route = { match: { kind: 'prefix' as const, path: '/' }, action, policies, from: { object, field: '' } };
  return routePlanOf(host, route, { httpsPort: 8443 });
}

const snippet = (...steps: readonly SnippetStep[]): Policy => ({ kind: 'snippet', steps, from });

describe('plans of routes', () => {
  const https: Policy = { kind: 'https-redirect', status: 308, keepTrailingSlash: true, from };

  test('every route has one', () => {
    expect(plan([])).toEqual({ kind: 'route', host: 'a.test', action: { kind: 'forward' } });
  });

  test('they hold what is done before and instead of forwarding', () => {
    const lines: Policy = { kind: 'response-headers', lines: [{ name: 'X-A', value: '$1' }], from };
    expect(plan([https, lines, { kind: 'rewrite', pattern: '^/(.*)', target: '/x${1}$', from }])).toEqual({
      kind: 'route',
      host: 'a.test',
      action: { kind: 'forward' },
      https: { status: 308, location: { kind: 'https', keepSlash: 1 } },
      rewrite: { pattern: '^/(.*)', ignoreCase: 1, target: ['/x', 1, '$'] },
      lines: [['X-A', '$1']],
    });
  });

  test('of a refused route only the lines of the host are left', () => {
    const hostHeaders: Policy = {
      kind: 'host-headers',
      steps: [{ kind: 'response-header', edit: { op: 'add', name: 'X-H', value: ['h'] } }],
      from,
    };
    expect(plan([hostHeaders, snippet({ kind: 'break' })], { kind: 'refuse', status: 503, because: '', from })).toEqual({
      kind: 'route',
      host: 'a.test',
      action: { kind: 'refuse', status: 503 },
      hostSteps: [{ kind: 'response-header', edit: { op: 'add', name: 'X-H', value: ['h'] } }],
    });
  });
});

describe('texts', () => {
  test('have what no request changes filled in', () => {
    const value = ['x', { variable: 'service_name' }, '-', { variable: 'namespace' }, { variable: 'uri' }, { variable: 'server_name' }];
    const made = plan([snippet({ kind: 'return', status: 200, text: value })]);
    expect(made.steps).toEqual([{ kind: 'return', status: 200, text: ['xsvc-ns', ['uri'], 'a.test'] }]);
  });

  test('of a host know no upstream and no Ingress', () => {
    const steps: readonly SnippetStep[] = [
      { kind: 'return', status: 200, text: [{ variable: 'service_name' }, { variable: 'namespace' }] },
    ];
    expect(serverPlanOf({ ...host, snippet: { steps, locations: [], from } })?.steps).toEqual([{ kind: 'return', status: 200, text: [] }]);
  });
});

test('the plan of a host is there when something may be answered before its routes', () => {
  const lines: SnippetStep = { kind: 'response-header', edit: { op: 'set', name: 'X-A', value: ['a'] } };
  const appRoot = { path: '/app', from };
  expect(serverPlanOf({ ...host, snippet: { steps: [lines], locations: [], from } })).toBeUndefined();
  expect(serverPlanOf({ ...host, snippet: { steps: [lines], locations: [], from }, appRoot })).toEqual({
    kind: 'server',
    host: 'a.test',
    steps: [],
    appRoot: '/app',
  });
  const answering = { steps: [lines, { kind: 'return', status: 403 } as const], locations: [], from };
  expect(serverPlanOf({ ...host, snippet: answering })?.steps).toHaveLength(2);
});

test('plans are told apart by what they mean, and written as bytes', () => {
  const make = (text: string) => plan([snippet({ kind: 'return', status: 200, text: [text] })]);
  const [one, same, other] = [make('\u{1f600}'), make('\u{1f600}'), make('x')];
  expect(planKey(one)).toMatch(/^[0-9a-f]{32}$/);
  expect(planKey(one)).toBe(planKey(same));
  expect(planKey(one)).not.toBe(planKey(other));
  expect(encodePlans(new Map([['k', other]]))).toBe(
    'd1:kd6:actiond4:kind7:forwarde4:host6:a.test4:kind5:route5:stepsld4:kind6:return6:statusi200e4:textl1:xeeeee',
  );
});
