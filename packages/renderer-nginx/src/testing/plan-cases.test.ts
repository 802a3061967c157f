import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtIn, encodePlans, planKey } from '@sluice/core';
import type { Policy, RouteAction, SnippetStep, VirtualHost } from '@sluice/core';
import { block, directive, literal, luaBlock, variable } from '../render/directive.ts';
import type { Directive, Word } from '../render/directive.ts';
import { print } from '../render/print.ts';
import { changesTarget, editedRequestHeaders, planOf, plannedServer } from '../translate/plan.ts';
import type { RequestPlan } from '../translate/plan.ts';
import { freePorts, hasNginx, PlanServer } from './plan-server.ts';
import { exchange, parseMessage, Recorder } from './plan-wire.ts';

const from = builtIn;
const header = (name: string, value: string): SnippetStep => ({ kind: 'response-header', edit: { op: 'set', name, value: [value] } });
const snippet = (...steps: readonly SnippetStep[]): Policy => ({ kind: 'snippet', steps, from });
const lines: Policy = { kind: 'response-headers', lines: [{ name: 'X-Line', value: '42' }], from };
const forward: RouteAction = { kind: 'forward', upstream: 'ns/svc:80' };
const cors: Policy = { kind: 'cors', origins: 'any', credentials: false, methods: 'GET', headers: 'X', maxAgeSeconds: 1, from };

const hostWith = (policies: readonly Policy[], action = forward, more: Partial<VirtualHost> = {}): VirtualHost => ({
  name: 'cases.test',
  match: { kind: 'any' },
  routes: [{ match: { kind: 'prefix', path: '/' }, action, policies: policies.toSorted((a, b) => (a.kind < b.kind ? -1 : 1)), from }],
  from,
  ...more,
});

const plans = new Map<string, RequestPlan>();

function planned(plan: RequestPlan | undefined): RequestPlan {
  if (plan === undefined) throw new TypeError('there is no plan');
  plans.set(planKey(plan), plan);
  return plan;
}

function routePlan(host: VirtualHost): RequestPlan | undefined {
  const [route] = host.routes;
  return route && planOf(host, route, { httpsPort: 443, sent: [['Host', variable('sluice_host_header')]] });
}

/** A server on an address of its own whose location has the plan of the host's route. */
function serverOf(
  address: string,
  host: VirtualHost,
  inLocation: readonly Directive[] = [],
  inServer: readonly Directive[] = [],
): Directive {
  const plan = routePlan(host);
  const body = plan === undefined ? [] : planDirectives(planned(plan));
  return block(
    'server',
    [],
    [
      directive('listen', `${address}:PORT`),
      ...inServer,
      block('location', ['/'], [...body, ...inLocation, directive('proxy_pass', passWord(plan))]),
    ],
  );
}

function passWord(plan: RequestPlan | undefined): Word {
  return plan && changesTarget(plan) ? { kind: 'text', parts: ['http://sluice', { variable: 'sluice_target' }] } : 'http://sluice';
}

function planDirectives(plan: RequestPlan): readonly Directive[] {
  const slots = editedRequestHeaders(plan);
  return [
    directive('set', variable('sluice_plan'), planKey(plan)),
    directive('set', variable('sluice_target'), literal('')),
    ...slots.map((slot) => directive('set', variable(slot.variable), literal(''))),
    ...slots.map((slot) => directive('proxy_set_header', slot.name, variable(slot.variable))),
    luaBlock('header_filter_by_lua_block', `require("sluice.plan").header_filter("${planKey(plan)}")`),
  ];
}

const bad: SnippetStep = {
  kind: 'if',
  condition: { variable: 'http_user_agent', test: { kind: 'matches', pattern: 'BAD', ignoreCase: true }, negated: false },
  steps: [{ kind: 'return', status: 403 }],
};
const corsPlan = planned(routePlan(hostWith([cors, lines])));
const hostSnippet = { steps: [header('X-Host', 'h'), bad], locations: [], from };
const serverPlan = planned(plannedServer(hostWith([], forward, { snippet: hostSnippet, appRoot: { path: '/app', from } })));
const subjectPlan = planned(
  plannedServer(hostWith([], forward, { snippet: hostSnippet, clientAuth: { kind: 'unusable', because: '', from } })),
);
const serverBlock = (plan: RequestPlan): Directive =>
  luaBlock('server_rewrite_by_lua_block', `require("sluice.plan").server("${planKey(plan)}")`);
const page = block('location', ['@page'], [directive('return', 404)]);

const SERVERS: Readonly<Record<string, Directive>> = {
  '127.0.2.1': serverOf('127.0.2.1', hostWith([lines]), [directive('client_max_body_size', 1)]),
  '127.0.2.2': serverOf(
    '127.0.2.2',
    hostWith([
      snippet(header('X-S', 's'), { kind: 'return', status: 403, text: ['no'] }),
      lines,
      { kind: 'error-pages', codes: [403], replacesUpstreams: true, from },
    ]),
    [directive('error_page', 403, '=', '@page')],
    [page],
  ),
  '127.0.2.3': serverOf('127.0.2.3', hostWith([lines]), [], [serverBlock(serverPlan)]),
  '127.0.2.4': serverOf('127.0.2.4', hostWith([lines]), [], [serverBlock(subjectPlan)]),
  '127.0.2.5': serverOf(
    '127.0.2.5',
    hostWith([snippet(header('X-S', 's'), { kind: 'request-header', edit: { op: 'remove', name: 'Authorization', value: [] } })]),
    [directive('auth_basic', literal('x')), directive('auth_basic_user_file', 'users'), directive('auth_request', '/auth')],
    [block('location', ['=', '/auth'], [directive('internal'), directive('return', 204)])],
  ),
  '127.0.2.6': block(
    'server',
    [],
    [
      directive('listen', '127.0.2.6:PORT'),
      block('location', ['/'], [directive('set', variable('sluice_plan'), 'none'), directive('proxy_pass', 'http://sluice')]),
    ],
  ),
  '127.0.2.7': serverOf(
    '127.0.2.7',
    hostWith([snippet({ kind: 'rewrite', pattern: '^/(?:a+)+[bc]', to: ['/x'], keepQuery: true, last: false })]),
  ),
  '127.0.2.8': serverOf(
    '127.0.2.8',
    hostWith([snippet({ kind: 'rewrite', pattern: '^/(a|b)*c', to: ['/$', { variable: '1' }], keepQuery: true, last: false })]),
  ),
  '127.0.2.9': serverOf(
    '127.0.2.9',
    hostWith([
      snippet({
        kind: 'return',
        status: 200,
        text: ['', { variable: 'http_host' }, ' ', { variable: 'host' }, ' ', { variable: 'request_uri' }],
      }),
    ]),
  ),
  '127.0.2.10': block(
    'server',
    [],
    [
      directive('listen', '127.0.2.10:PORT'),
      block('location', ['/'], [directive('error_page', 401, '=', '@in'), directive('return', 401)]),
      block(
        'location',
        ['@in'],
        [
          luaBlock('header_filter_by_lua_block', `require("sluice.plan").cors_header_filter("${planKey(corsPlan)}")`),
          directive('return', 302, 'https://login.test/'),
        ],
      ),
    ],
  ),
};

describe.skipIf(!hasNginx)('plans beside other things of nginx', () => {
  let recorder: Recorder;
  let server: PlanServer;
  let port: number;

  beforeAll(async () => {
    recorder = await Recorder.listen('HTTP/1.1 STATUS Said\r\nContent-Length: 2\r\n\r\nok');
    port = (await freePorts()).http;
    const upstream = block('upstream', ['sluice'], [directive('server', `127.0.0.1:${recorder.port}`)]);
    const text = print([upstream, ...Object.values(SERVERS)]).text.replaceAll(':PORT', `:${port}`);
    server = await PlanServer.start(encodePlans(plans), text, { users: 'u:{PLAIN}p\n' });
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await recorder[Symbol.asyncDispose]();
  });

  /** The answer to a request (`GET /` unless it is given), and what the upstream was asked. */
  async function ask(address: string, { start = 'GET / HTTP/1.1', headers = 'Host: cases.test\r\n', body = '' } = {}) {
    const text = await exchange({ host: address, port, secure: false }, `${start}\r\n${headers}Connection: close\r\n\r\n${body}`);
    const { start: line, lines: got, body: content } = parseMessage(text);
    const value = (name: string) => got.find(([other]) => other.toLowerCase() === name)?.[1];
    return { status: Number(line.split(' ')[1] ?? 0), value, content, asked: recorder.take() };
  }

  test('lines of policies are on what nginx answers before the rewrite phase', async () => {
    const answer = await ask('127.0.2.1', { start: 'POST / HTTP/1.1', headers: 'Host: a\r\nContent-Length: 5\r\n', body: 'abcde' });
    expect(answer.status).toBe(413);
    expect(answer.value('x-line')).toBe('42');
  });

  test('error pages are another location: no text, no lines', async () => {
    const answer = await ask('127.0.2.2');
    expect([answer.status, answer.value('x-s'), answer.value('x-line')]).toEqual([404, undefined, undefined]);
  });

  test('the snippet of a host comes before its root and its routes', async () => {
    const refused = await ask('127.0.2.3', { headers: 'Host: a\r\nUser-Agent: a badbot\r\n' });
    expect([refused.status, refused.value('x-host'), refused.value('x-line')]).toEqual([403, 'h', undefined]);
    const root = await ask('127.0.2.3');
    expect([root.status, root.value('location'), root.value('x-host')]).toEqual([302, 'http://cases.test/app', undefined]);
    const other = await ask('127.0.2.3', { start: 'GET /x HTTP/1.1' });
    expect([other.status, other.value('x-line')]).toEqual([200, '42']);
  });

  test('a host that nobody may ask is closed before its snippet', async () => {
    const answer = await ask('127.0.2.4', { start: 'GET /x HTTP/1.1' });
    expect([answer.status, answer.value('x-host')]).toEqual([403, undefined]);
  });

  test('passwords and authentication services see what the client sent, upstreams what the steps made of it', async () => {
    const refused = await ask('127.0.2.5');
    expect([refused.status, refused.value('x-s')]).toEqual([401, 's']);
    const admitted = await ask('127.0.2.5', { headers: `Host: a\r\nAuthorization: Basic ${btoa('u:p')}\r\n` });
    expect(admitted.status).toBe(200);
    expect(admitted.asked?.lines.map(([name]) => name)).not.toContain('Authorization');
  });

  test('a plan that is not there closes the location', async () => {
    expect((await ask('127.0.2.6')).status).toBe(500);
  });

  test('a pattern that would take too long is given up', async () => {
    expect((await ask('127.0.2.7', { start: `GET /${'a'.repeat(60)} HTTP/1.1` })).status).toBe(500);
    expect((await ask('127.0.2.7', { start: 'GET /aab HTTP/1.1' })).asked?.start).toBe('GET /x HTTP/1.1');
  });

  test('long paths fit into the stack of a pattern with groups', async () => {
    const { asked } = await ask('127.0.2.8', { start: `GET /${'ab'.repeat(4000)}c HTTP/1.1` });
    expect(asked?.start).toBe('GET /$b HTTP/1.1');
  });

  test.each([
    ['GET /x HTTP/1.0', '', ' _ /x'],
    ['GET http://Other.test:81/x?y HTTP/1.1', 'Host: cases.test\r\n', 'Other.test:81 other.test /x?y'],
    ['GET http://other.test HTTP/1.1', 'Host: cases.test\r\n', 'other.test other.test /'],
    ['GET /a#b HTTP/1.1', 'Host: A.\r\n', 'A. a /a#b'],
  ])('%s names a host', async (start, headers, text) => {
    expect((await ask('127.0.2.9', { start, headers })).content).toBe(text);
  });

  test('the way to a sign-in page has the lines of CORS and no others', async () => {
    const answer = await ask('127.0.2.10');
    expect([answer.status, answer.value('access-control-allow-origin'), answer.value('x-line')]).toEqual([302, '*', undefined]);
  });
});
