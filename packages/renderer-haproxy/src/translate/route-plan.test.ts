import { expect, test } from 'vitest';
import { builtModel, hostOf, routeOf, secretOf } from '../testing/built-model.ts';
import { planRoute } from './route-plan.ts';

type Annotations = Readonly<Record<string, string>>;

const users = secretOf('users', { auth: 'a:{PLAIN}b' });

function planned(annotations: Annotations) {
  const model = builtModel([{ name: 'a', annotations }, { name: 'b' }], [users]);
  return planRoute(hostOf(model, 'a.test'), routeOf(model, 'a.test'), 443);
}

test('a route without wishes: where it goes, and nothing else', () => {
  const { plan, demands } = planned({});
  expect(Object.keys(plan).toSorted()).toEqual(['action', 'bodyBytes', 'host', 'ingress', 'kind', 'namespace', 'rule', 'upstream']);
  expect(plan.upstream).toMatchObject({ service: 'a' });
  expect(plan.upstream?.plain).toBe(plan.upstream?.secure);
  expect(new Set(demands.map(({ upstream }) => upstream)).size).toBe(1);
});

test.each<[string, Annotations, object]>([
  ['a body of any size', { 'proxy-body-size': '0' }, { bodyBytes: undefined }],
  ['a body', { 'proxy-body-size': '2k' }, { bodyBytes: 2048 }],
  ['a time to read', { 'proxy-read-timeout': '7' }, { readMs: 7000 }],
  ['no line in the log', { 'enable-access-log': 'false' }, { silent: 1 }],
  [
    'a mirror without bodies',
    { 'mirror-target': 'http://m.test$request_uri', 'mirror-request-body': 'off' },
    { mirror: { target: ['http://m.test', ['request_uri']] } },
  ],
  ['a mirror', { 'mirror-target': 'http://m.test$request_uri' }, { mirror: { body: 1 } }],
  ['addresses alone, any of which', { 'whitelist-source-range': '10.0.0.0/8', satisfy: 'any' }, { any: undefined }],
  [
    'an address or a password',
    { 'whitelist-source-range': '10.0.0.0/8', satisfy: 'any', 'auth-type': 'basic', 'auth-secret': 'users' },
    { any: 1, access: { deny: { ipv4: [] }, allow: { ipv4: [['0a000000', '0affffff']] } } },
  ],
  ['pages of nobody', { 'custom-http-errors': '404' }, { errorPages: { codes: [404], replaces: 1 } }],
])('%s', (_, annotations, expected) => {
  const { plan } = planned(annotations);
  for (const [key, value] of Object.entries(expected))
    if (value === undefined) expect(plan).not.toHaveProperty(key);
    else expect(plan).toMatchObject({ [key]: value });
});

test('limits are counted under a name that fits into a key of a table of HAProxy, whatever the Ingress is called', () => {
  const { limit } = planned({ 'limit-connections': '1', 'limit-rps': '2' }).plan;
  expect(limit).toMatchObject({ connections: 1, perSecond: [2, 10] });
  expect(limit?.zone).toMatch(/^[0-9a-f]{24}$/);
});

test('the default backend stands in, makes pages, and is an upstream of its own', () => {
  const { plan, demands } = planned({ 'default-backend': 'b', 'custom-http-errors': '503' });
  expect(plan.upstream?.standIn?.plain).toMatch(/^shop\/b:/);
  expect(plan.errorPages?.upstream).toMatch(/^shop\/b:/);
  expect(demands.map(({ upstream }) => upstream.replace(/:.*/, ''))).toContain('shop/b');
});

test('the default backend is spoken to as the route speaks where it stands in, and without TLS where it makes pages', () => {
  const { plan } = planned({ 'default-backend': 'b', 'custom-http-errors': '503', 'backend-protocol': 'AUTO_HTTP' });
  const [way, secureWay] = [plan.upstream?.plain, plan.upstream?.secure].map((key = '') => key.replace(/^.*,/, ','));
  expect(way).not.toBe(secureWay);
  expect(plan.upstream?.standIn).toEqual({ plain: `shop/b:80${way}`, secure: `shop/b:80${secureWay}` });
  expect(plan.errorPages?.upstream).toBe(`shop/b:80${way}`);
});

test('answers of an authentication service are kept for their own route', () => {
  const asked = { 'auth-url': 'http://auth.test/', 'auth-cache-key': '$uri', 'auth-cache-duration': '200 1m' };
  const cache = planned(asked).plan.external?.cache;
  expect(cache?.place.split('\0')).toEqual(['a.test', 'prefix', '/', 'http://auth.test/']);
  expect(cache?.durations).toEqual([{ statuses: [200], ms: 60_000 }]);
});
