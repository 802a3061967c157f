import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtIn, defaultServing, encodePlans, evaluate, planKey } from '@sluice/core';
import type { Endpoint, Policy, RouteAction, RoutingModel, VirtualHost } from '@sluice/core';
import { block, directive, literal, luaBlock, text, variable } from '../render/directive.ts';
import type { Directive } from '../render/directive.ts';
import { print } from '../render/print.ts';
import type { UpstreamHeader } from '../translate/plan-slots.ts';
import { changesTarget, editedRequestHeaders, planOf } from '../translate/plan.ts';
import type { RequestPlan } from '../translate/plan.ts';
import { action, policies, request } from './plan-arbitraries.ts';
import type { AskedRequest } from './plan-arbitraries.ts';
import { ANSWER, bytesOf, routedOf, seen, wanted } from './plan-oracle.ts';
import { freePorts, hasNginx, PlanServer } from './plan-server.ts';
import { exchange, parseMessage, Recorder } from './plan-wire.ts';

const SEED = 20_260;
const ROUTES = 150;
const REQUESTS = 6;

/** What a location sends to its upstream without a plan. */
const SENT: readonly UpstreamHeader[] = [
  ['Host', variable('sluice_host_header')],
  ['X-Request-ID', variable('sluice_request_id')],
  ['X-Real-IP', variable('remote_addr')],
  ['X-Forwarded-For', variable('remote_addr')],
  ['X-Forwarded-Proto', variable('scheme')],
  ['Proxy', literal('')],
  ['Connection', literal('')],
];

/** The prefix is the client's own where the path is not rewritten. */
function sentBy({ policies: all }: Drawn): readonly UpstreamHeader[] {
  const prefixed = all.some((policy) => policy.kind === 'rewrite' && policy.forwardedPrefix !== undefined);
  return prefixed ? [...SENT, ['X-Forwarded-Prefix', variable('sluice_forwarded_prefix')]] : SENT;
}

interface Drawn {
  readonly action: RouteAction;
  readonly policies: readonly Policy[];
  /** The upstream has no endpoint. */
  readonly down: boolean;
  readonly requests: readonly AskedRequest[];
}

const drawn: fc.Arbitrary<Drawn> = fc.record({
  action,
  policies,
  down: fc.integer({ min: 0, max: 9 }).map((number) => number === 0),
  requests: fc.array(request, { minLength: REQUESTS, maxLength: REQUESTS }),
});

const hostOf = ({ action: does, policies: all }: Pick<Drawn, 'action' | 'policies'>): VirtualHost => ({
  name: 'plans.test',
  match: { kind: 'any' },
  routes: [
    {
      match: { kind: 'prefix', path: '/' },
      action: does,
      policies: all,
      from: { object: { kind: 'Ingress', namespace: 'ns', name: 'ing' }, field: '' },
    },
  ],
  from: builtIn,
});

const ENDPOINT: Endpoint = { kind: 'address', address: '127.0.0.1', port: 1, from: builtIn };

const modelOf = (host: VirtualHost, down: boolean): RoutingModel => ({
  listeners: [{ protocol: 'http' }],
  settings: defaultServing,
  virtualHosts: [host],
  upstreams: [
    {
      id: 'ns/svc:80',
      namespace: 'ns',
      service: 'svc',
      port: '80',
      endpoints: down ? [] : [ENDPOINT],
      from: builtIn,
    },
  ],
  certificates: [],
  streams: [],
});

const addressOf = (index: number): string => `127.0.1.${index + 1}`;

describe.skipIf(!hasNginx)('plans in nginx with Lua', () => {
  const cases = fc.sample(drawn, { seed: SEED, numRuns: ROUTES });
  const plans = new Map<string, RequestPlan>();
  const slots: ReadonlySet<string>[] = [];
  let recorder: Recorder;
  let server: PlanServer;
  let ports: Awaited<ReturnType<typeof freePorts>>;

  beforeAll(async () => {
    const lines = ANSWER.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    recorder = await Recorder.listen(`HTTP/1.1 STATUS Said\r\n${lines}\r\nok`);
    ports = await freePorts();
    const servers = cases.map((one, index) => serverOf(one, addressOf(index)));
    const upstream = block('upstream', ['sluice'], [directive('server', `127.0.0.1:${recorder.port}`)]);
    server = await PlanServer.start(encodePlans(plans), print([upstream, ...servers]).text);
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await recorder[Symbol.asyncDispose]();
  });

  function serverOf(one: Drawn, address: string): Directive {
    const host = hostOf(one);
    const [route] = host.routes;
    if (route === undefined) throw new TypeError('there is no route');
    const sent = sentBy(one);
    const plan = planOf(host, route, { httpsPort: ports.https, sent });
    if (plan === undefined) throw new TypeError('there is no plan');
    plans.set(planKey(plan), plan);
    slots.push(new Set(editedRequestHeaders(plan).map(({ name }) => name.toLowerCase())));
    return block(
      'server',
      [],
      [
        directive('listen', `${address}:${ports.http}`),
        directive('listen', `${address}:${ports.https}`, 'ssl'),
        block('location', ['/'], locationOf(plan, sent, one.down && route.action.kind === 'forward')),
      ],
    );
  }

  function locationOf(plan: RequestPlan, sent: readonly UpstreamHeader[], down: boolean): readonly Directive[] {
    const slots = editedRequestHeaders(plan);
    const kept = sent.filter(([name]) => !slots.some((slot) => slot.name.toLowerCase() === name.toLowerCase()));
    return [
      directive('set', variable('sluice_plan'), planKey(plan)),
      directive('set', variable('sluice_down'), down ? '1' : '0'),
      directive('set', variable('sluice_target'), literal('')),
      directive('set', variable('sluice_forwarded_prefix'), variable('http_x_forwarded_prefix')),
      ...slots.map((slot) => directive('set', variable(slot.variable), literal(''))),
      ...kept.map(([name, value]) => directive('proxy_set_header', name, value)),
      ...slots.map((slot) => directive('proxy_set_header', slot.name, variable(slot.variable))),
      luaBlock('header_filter_by_lua_block', `ngx.header.Server = nil; require("sluice.plan").header_filter("${planKey(plan)}")`),
      directive('proxy_pass', changesTarget(plan) ? text('http://sluice', { variable: 'sluice_target' }) : text('http://sluice')),
    ];
  }

  test.each(cases.map((one, index) => [index, one] as const))('route %i', async (index, one) => {
    const host = hostOf(one);
    const model = modelOf(host, one.down);
    for (const asked of one.requests) {
      const routed = routedOf(asked, ports);
      const { verdict } = evaluate(model, routed);
      recorder.take();
      const answer = await exchange(
        { host: addressOf(index), port: asked.secure ? ports.https : ports.http, secure: asked.secure },
        bytesOf(asked),
      );
      const got = { answer: parseMessage(answer), upstream: recorder.take() };
      // The request is part of what is compared, so that a difference says where it is from.
      expect({ asked, ...seen(got, verdict) }).toEqual({ asked, ...wanted(verdict, { routed, asked, slots: slots[index] ?? new Set() }) });
    }
  });

  test('nginx had nothing to complain of', () => {
    expect(server.complaints).toEqual([]);
  });
});
