import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { defaultServing } from '../model/settings/read-serving.ts';
import { sharedLuaFolder } from '../apply/shared-lua.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import type { HeaderEdit } from '../evaluate/header-edit.ts';
import type { RoutedRequest } from '../evaluate/request.ts';
import { builtIn } from '../model/origin.ts';
import type { Policy } from '../model/policy/policy.ts';
import type { SnippetStep } from '../model/policy/snippet.ts';
import type { Route, RouteAction } from '../model/route.ts';
import type { RoutingModel } from '../model/routing-model.ts';
import type { VirtualHost } from '../model/virtual-host.ts';
import { encodePlan } from '../translate/plan/plan-encoding.ts';
import { routePlanOf } from '../translate/plan/route-plan.ts';

const from = builtIn;
const forward: RouteAction = { kind: 'forward', upstream: 'ns/svc:80' };
const snippet = (...steps: readonly SnippetStep[]): Policy => ({ kind: 'snippet', steps, from });
const cors: Policy = {
  kind: 'cors',
  origins: ['https://*.o.test'],
  credentials: true,
  methods: 'GET',
  headers: 'X',
  maxAgeSeconds: 1,
  from,
};
const VARIABLES = [
  'host',
  'args',
  'is_args',
  'request_uri',
  'escaped_request_uri',
  'server_port',
  'service_port',
  'cookie_c',
  'arg_x',
  'http_x_y',
];

const CASES: readonly (readonly [policies: readonly Policy[], action?: RouteAction])[] = [
  [[]],
  [[cors]],
  [[{ kind: 'rewrite', pattern: '^/a/(.*)', target: '/b é$1', from }]],
  [[{ kind: 'https-redirect', status: 308, keepTrailingSlash: true, withPort: true, from }]],
  [[], { kind: 'redirect', redirect: { status: 301, location: { kind: 'path', path: '/to', withPort: true } } }],
  [[], { kind: 'respond', status: 404, because: '' }],
  [[snippet({ kind: 'return', status: 200, text: VARIABLES.flatMap((variable) => [{ variable }, '|']) })]],
  [[snippet({ kind: 'rewrite', pattern: '^/a/(.*)', to: ['/c/', { variable: '1' }, '?y=1'], keepQuery: true, last: false })]],
  [
    [
      { kind: 'response-headers', lines: [{ name: 'X-Line', value: '42' }], from },
      snippet(
        { kind: 'request-header', edit: { op: 'set', name: 'X-Path', value: [{ variable: 'uri' }] } },
        { kind: 'response-header', edit: { op: 'remove', name: 'X-*', value: [] } },
        {
          kind: 'if',
          condition: { variable: 'http_x_y', test: { kind: 'equals', text: 'two' }, negated: true },
          steps: [{ kind: 'redirect', status: 302, to: ['/else', { variable: 'is_args' }] }],
        },
      ),
    ],
  ],
];

const HEADERS: Readonly<Record<string, string>> = { origin: 'https://a.o.test', cookie: 'b=1; c = 2', 'x-y': 'one' };
const TARGETS = ['/a/b%20c?x=1&z', '/'];

function requestOf(target: string): RoutedRequest {
  return {
    secure: false,
    port: 8080,
    httpsPort: 8443,
    method: 'OPTIONS',
    host: 'Plans.test:81',
    target,
    clientAddress: '10.0.0.9',
    draw: 0,
    requestId: 'f'.repeat(32),
    bodyBytes: 0,
    header: (name) => HEADERS[name],
  };
}

const asked = TARGETS.flatMap((target) => CASES.map(([policies, action = forward]) => ({ request: requestOf(target), policies, action })));

function hostOf(route: Route): VirtualHost {
  return { name: 'plans.test', match: { kind: 'any' }, routes: [route], from };
}

function routeOf(policies: readonly Policy[], action: RouteAction): Route {
  return {
    match: { kind: 'prefix', path: '/' },
    action,
    policies,
    from: { object: { kind: 'Ingress', namespace: 'ns', name: 'i' }, field: '' },
  };
}

function written({ request, policies, action }: (typeof asked)[number]) {
  const route = routeOf(policies, action);
  const path = decodeURIComponent(request.target.replace(/\?.*/, ''));
  const raw = { path, secure: 0, method: request.method, port: String(request.port), target: request.target, host: request.host };
  const rest = { headers: HEADERS, address: request.clientAddress, request_id: request.requestId };
  return [routePlanOf(hostOf(route), route, request), { ...raw, ...rest }];
}

const show = (edits: readonly HeaderEdit[] = []): string => edits.map(({ op, name, value }) => `${op} ${name}: ${value}`).join(', ');

function wanted({ request, policies, action }: (typeof asked)[number]): string {
  const route = routeOf(policies, action);
  const endpoints = [{ kind: 'address', address: '127.0.0.1', port: 1, from } as const];
  const model: RoutingModel = {
    listeners: [{ protocol: 'http' }],
    settings: defaultServing,
    virtualHosts: [hostOf(route)],
    upstreams: [{ id: 'ns/svc:80', namespace: 'ns', service: 'svc', port: '80', endpoints, from }],
    certificates: [],
    streams: [],
  };
  const { verdict } = evaluate(model, request);
  const said = `[${show(verdict.responseEdits)}]`;
  if (verdict.kind === 'forward') return `forward ${verdict.rewritten?.target ?? ''} [${show(verdict.requestEdits)}] ${said}`;
  return `${verdict.status} ${verdict.kind === 'redirect' ? verdict.location : (verdict.text ?? '')} ${said}`;
}

const script = fileURLToPath(new URL('run-plan.lua', import.meta.url));
const folder = fileURLToPath(sharedLuaFolder);

const found = ['luajit', 'lua5.3', 'lua5.4', 'lua'].filter((command) => spawnSync(command, ['-v']).status === 0);

// Without one there is nothing to hold it against here: every proxy is asked all cases of e2e/behaviour, in the Lua that it has inside.
test(`the shared Lua does what the evaluator does (${found.join(', ') || 'no Lua is here'})`, () => {
  const input = Buffer.from(encodePlan(asked.map(written)), 'latin1');
  const said = found.map((command) => {
    const { stdout, stderr } = spawnSync(command, [script, folder], { input, encoding: 'latin1' });
    return { command, lines: stdout.trimEnd().split('\n'), stderr };
  });
  const lines = [
    ...asked.map(wanted),
    '482950588 011211221222',
    'r=e|k; Expires=Fri, 01-Jan-2100 00:01:00 GMT; Max-Age=61; Path=/p; Secure; HttpOnly',
    'r=e|k; Expires=Fri, 01-Jan-2100 00:01:00 GMT; Max-Age=61; Path=/p; Secure; HttpOnly; SameSite=None',
    'true',
  ];
  expect(said).toEqual(found.map((command) => ({ command, lines, stderr: '' })));
});
