import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultServing } from '../model/settings/read-serving.ts';
import { KeyMaterial } from '../model/key-material.ts';
import { builtIn } from '../model/origin.ts';
import type { Route } from '../model/route.ts';
import type { RoutingModel } from '../model/routing-model.ts';
import type { VirtualHost } from '../model/virtual-host.ts';
import { compileRoutes } from './compile.ts';
import { evaluate } from './evaluate.ts';
import { routedRequest } from '../testing/routed-request.ts';

const from = builtIn;
const segment = fc.constantFrom('a', 'b', 'ab', 'A', 'x.y', 'é');
const path = fc
  .array(segment, { maxLength: 4 })
  .chain((parts) => fc.constantFrom(`/${parts.join('/')}`, `/${parts.join('/')}/`))
  .map((text) => text.replace('//', '/'));
const messy = fc
  .array(fc.constantFrom('a', 'b', 'ab', '.', '..', '', '%61', '%2f', '%2e', '%', 'A'), { maxLength: 6 })
  .map((parts) => `/${parts.join('/')}`);

const action = fc.constantFrom<Route['action']>(
  { kind: 'forward', upstream: 'ns/full:80' },
  { kind: 'forward', upstream: 'ns/empty:80' },
  { kind: 'redirect', redirect: { status: 301, location: { kind: 'path', path: '/a/' } } },
  { kind: 'respond', status: 404, because: 'test' },
);
const policies = fc.constantFrom<Route['policies']>(
  [],
  [{ kind: 'rewrite', pattern: '/a(/|$)(.*)', target: '/new/$2', from }],
  [{ kind: 'https-redirect', status: 308, keepTrailingSlash: false, from }],
  [{ kind: 'source-range', deny: ['127.0.0.1'], allow: [], from }],
  [
    { kind: 'basic-auth', realm: '', users: new KeyMaterial(''), secret: 'ns/users', from },
    { kind: 'satisfy-any', from },
    { kind: 'source-range', deny: [], allow: ['127.0.0.0/8'], from },
  ],
);
const route = fc.record({
  match: fc.oneof(
    fc.record({ kind: fc.constantFrom('exact' as const, 'prefix' as const), path }),
    fc.record({
      kind: fc.constant('regex' as const),
      path: fc.constantFrom('/a', '/a/.*', '/(a|b)+', '/[ab]/x', '/b$'),
      ignoreCase: fc.boolean(),
    }),
  ),
  action,
  policies,
  from: fc.constant(from),
});
const last: Route = {
  match: { kind: 'prefix', path: '/' },
  action: { kind: 'respond', status: 404, because: 'nothing here' },
  policies: [],
  from,
};
const routes = fc.array(route, { maxLength: 20 }).map((list) => [...list, last]);

const host = (name: string, match: VirtualHost['match']) => routes.map((list): VirtualHost => ({ name, match, routes: list, from }));
const model = fc
  .tuple(
    host('*', { kind: 'any' }),
    host('*.test', { kind: 'wildcard', suffix: '.test' }),
    host('a.test', { kind: 'exact', name: 'a.test' }),
  )
  .map((virtualHosts): RoutingModel => ({
    listeners: [],
    settings: defaultServing,
    certificates: [],
    streams: [],
    virtualHosts,
    upstreams: [
      { id: 'ns/empty:80', namespace: 'ns', service: 'empty', port: '80', endpoints: [], unavailable: 'no endpoints', from },
      {
        id: 'ns/full:80',
        namespace: 'ns',
        service: 'full',
        port: '80',
        endpoints: [{ kind: 'address', address: '127.0.0.1', port: 80, from }],
        from,
      },
    ],
  }));
const request = fc.record({
  secure: fc.boolean(),
  host: fc.constantFrom(
    '',
    'a.test',
    'A.TEST:80',
    'a.test.',
    'b.test',
    'b_1.test',
    'x.b.test',
    '.test',
    'test',
    'bad/host',
    'a..test',
    '[::1]:80',
    ':80',
    'other',
  ),
  target: fc.tuple(fc.oneof(path, messy), fc.constantFrom('', '?q=1', '?a/b/', '#f')).map(([text, query]) => text + query),
});

test('the compiled table and the plain evaluator never differ', () => {
  fc.assert(
    fc.property(model, fc.array(request, { minLength: 1, maxLength: 40 }), (rules, requests) => {
      const table = compileRoutes(rules);
      for (const one of [...requests, ...requests].map(routedRequest)) expect(table.decide(one)).toEqual(evaluate(rules, one).verdict);
    }),
    { numRuns: 500 },
  );
});
