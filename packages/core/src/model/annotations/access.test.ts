import { describe, expect, test } from 'vitest';
import { evaluate } from '../../evaluate/evaluate.ts';
import { explain } from '../../evaluate/explain.ts';
import { annotatedIngress, servedIngresses } from '../../testing/served-ingresses.ts';
import { digestOf } from '../digest.ts';
import { routedRequest } from '../../testing/routed-request.ts';
import { policyOf } from '../policy/policy.ts';
import type { Policy } from '../policy/policy.ts';

const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'users' }, stringData: { auth: 'a:{PLAIN}x\n', b: 'hash' } };
const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'headers' }, data: { 'X-A': 'to $host' } };

function annotatedModel(annotations: Readonly<Record<string, string>>, objects: readonly object[] = []) {
  return servedIngresses(annotatedIngress('a', annotations), ...objects).build();
}

function policyFrom<Kind extends Policy['kind']>(kind: Kind, annotations: Readonly<Record<string, string>>) {
  const { model, diagnostics } = annotatedModel(annotations, [secret, map]);
  const route = model.virtualHosts.find(({ name }) => name === 'a.test')?.routes[0];
  return { policy: route && policyOf(route, kind), action: route?.action, codes: diagnostics.map(({ code }) => code), model };
}

function statusFor(annotations: Readonly<Record<string, string>>, clientAddress: string): number | string {
  const { model } = annotatedModel(annotations, [secret]);
  const { verdict } = evaluate(model, routedRequest({ host: 'a.test', target: '/', clientAddress }));
  return verdict.kind === 'forward' ? (verdict.admitted === true ? 'admitted' : 'forward') : verdict.status;
}

describe('source ranges', () => {
  test.each([
    [{ 'allowlist-source-range': '10.0.0.0/8, 127.0.0.5' }, '127.0.0.5', 'forward'],
    [{ 'allowlist-source-range': '10.0.0.0/8' }, '127.0.0.5', 403],
    [{ 'whitelist-source-range': '10.0.0.0/8' }, '10.9.9.9', 'forward'],
    [{ 'allowlist-source-range': '10.0.0.0/8', 'whitelist-source-range': '127.0.0.0/8' }, '127.0.0.1', 403],
    [{ 'allowlist-source-range': '', 'whitelist-source-range': '127.0.0.0/8' }, '127.0.0.1', 'forward'],
    [{ 'denylist-source-range': '10.0.0.0/8' }, '10.1.1.1', 403],
    [{ 'denylist-source-range': '10.0.0.1', 'allowlist-source-range': '10.0.0.0/8' }, '10.0.0.1', 403],
    [{ 'allowlist-source-range': '2001:db8::/32' }, '2001:db8::7', 'forward'],
    [{ 'allowlist-source-range': '2001:db8::/32' }, '127.0.0.1', 403],
    [{ 'allowlist-source-range': '::/0' }, '127.0.0.1', 403],
    [{ 'allowlist-source-range': '' }, '127.0.0.1', 503],
    [{ 'denylist-source-range': ' ' }, '127.0.0.1', 503],
    [{ 'allowlist-source-range': '10.0.0.0/33' }, '10.0.0.1', 503],
    [{ 'allowlist-source-range': '10.0.0.01' }, '10.0.0.1', 503],
    [{ 'allowlist-source-range': '10.0.0.1,everyone' }, '10.0.0.1', 503],
  ])('%j lets %s: %s', (annotations, address, outcome) => expect(statusFor(annotations, address)).toBe(outcome));

  test('a denied address is counted by the limits first', () => {
    const { model } = annotatedModel({ 'denylist-source-range': '0.0.0.0/0' });
    expect(evaluate(model, routedRequest({ host: 'a.test', target: '/' })).verdict).toMatchObject({ status: 403, counted: true });
  });
});

describe('satisfy', () => {
  const basic = { 'auth-type': 'basic', 'auth-secret': 'users' };
  test.each([
    [{ ...basic, satisfy: 'any', 'allowlist-source-range': '10.0.0.1' }, '10.0.0.1', 'admitted'],
    [{ ...basic, satisfy: 'any', 'allowlist-source-range': '10.0.0.1' }, '10.0.0.2', 'forward'],
    [{ ...basic, satisfy: 'any', 'denylist-source-range': '10.0.0.1' }, '10.0.0.2', 'forward'],
    [{ ...basic, 'allowlist-source-range': '10.0.0.1' }, '10.0.0.2', 403],
    [{ satisfy: 'any', 'allowlist-source-range': '10.0.0.1' }, '10.0.0.2', 403],
  ])('%j lets %s: %s', (annotations, address, outcome) => expect(statusFor(annotations, address)).toBe(outcome));
});

describe('basic authentication', () => {
  test('reads the file, and the map', () => {
    const file = policyFrom('basic-auth', { 'auth-type': 'basic', 'auth-secret': 'users', 'auth-realm': 'Who goes' }).policy;
    expect(file?.users.reveal()).toBe('a:{PLAIN}x\n');
    expect(file).toMatchObject({ realm: 'Who goes', secret: 'default/users' });
    const users = policyFrom('basic-auth', { 'auth-type': 'basic', 'auth-secret': 'default/users', 'auth-secret-type': 'auth-map' });
    expect(users.policy?.users.reveal()).toContain('b:hash\n');
  });

  test.each([
    [{ 'auth-type': 'basic' }],
    [{ 'auth-type': 'basic', 'auth-secret': 'absent' }],
    [{ 'auth-type': 'basic', 'auth-secret': 'other/users' }],
    [{ 'auth-type': 'digest', 'auth-secret': 'users' }],
    [{ 'auth-type': 'basic', 'auth-secret': 'users', 'auth-secret-type': 'auth-maps' }],
  ])('%j answers 503', (annotations) => {
    const { action, codes } = policyFrom('basic-auth', annotations);
    expect(action).toMatchObject({ kind: 'refuse', status: 503 });
    expect(codes).toContain('SLU1506');
  });

  test.each([[{ 'auth-type': 'none' }], [{ 'auth-type': 'basic', 'auth-secret': 'users', 'auth-realm': 'a"b' }]])(
    '%j is not served',
    (annotations) => expect(policyFrom('basic-auth', annotations).codes).toContain('SLU1505'),
  );

  test('a changed Secret changes the policy', () => {
    const served = servedIngresses(annotatedIngress('a', { 'auth-type': 'basic', 'auth-secret': 'users' }), secret);
    const before = served.build().model;
    served.put({ ...secret, stringData: { auth: 'a:{PLAIN}y\n' } });
    const after = served.build().model;
    expect(digestOf(after)).not.toBe(digestOf(before));
    expect(JSON.stringify(after)).not.toContain('{PLAIN}');
  });
});

describe('limits', () => {
  test('rates have a burst', () => {
    const { policy } = policyFrom('limit', { 'limit-rps': '2', 'limit-rpm': '30', 'limit-burst-multiplier': '3' });
    expect(policy).toMatchObject({
      zone: 'default/a',
      perSecond: { requests: 2, burst: 6 },
      perMinute: { requests: 30, burst: 90 },
      exempt: [],
    });
    expect(policyFrom('limit', { 'limit-rps': '2', 'limit-burst-multiplier': '0' }).policy).toMatchObject({ perSecond: { burst: 10 } });
  });

  test('0 is no limit', () => expect(policyFrom('limit', { 'limit-rps': '0', 'limit-connections': '-1' }).policy).toBeUndefined());

  test.each([[{ 'limit-rps': 'x' }], [{ 'limit-rpm': '1.5' }], [{ 'limit-rps': '1', 'limit-allowlist': 'me' }]])(
    '%j is not served',
    (annotations) => expect(policyFrom('limit', annotations).codes).toContain('SLU1505'),
  );
});

test.each([[{ 'auth-method': 'x' }], [{ 'auth-realm': '"' }], [{ 'auth-secret': ';' }], [{ 'auth-tls-match-cn': 'x' }]])(
  '%j without the annotation that it belongs to does no harm',
  (annotations) => {
    const { action, codes } = policyFrom('external-auth', annotations);
    expect(action?.kind).toBe('forward');
    expect(codes).toContain('SLU1504');
  },
);

describe('external authentication', () => {
  const url = { 'auth-url': 'http://auth.test/check' };

  test('reads everything', () => {
    const { policy } = policyFrom('external-auth', {
      'auth-url': 'https://$host:8443/a?b=$request_id',
      'auth-method': 'POST',
      'auth-signin': 'https://login.test/?a=b',
      'auth-response-headers': 'X-User, x-user, X-Mail',
      'auth-cache-key': '$remote_addr',
      'auth-cache-duration': '200 202 5m, any 1h30m, 10s',
      'auth-proxy-set-headers': 'default/headers',
      'auth-always-set-cookie': 'true',
      'auth-request-redirect': '/back',
    });
    expect(policy).toMatchObject({
      method: 'POST',
      responseHeaders: ['x-user', 'x-mail'],
      cache: {
        key: [{ variable: 'remote_addr' }],
        durations: [
          { statuses: [200, 202], ms: 300_000 },
          { statuses: 'any', ms: 5_400_000 },
          { statuses: [200, 301, 302], ms: 10_000 },
        ],
      },
      setHeaders: [['X-A', ['to ', { variable: 'host' }]]],
      alwaysSetCookie: true,
      requestRedirect: '/back',
    });
    expect(policy?.signin?.[0]).toBe('https://login.test/?a=b&rd=');
  });

  test.each([
    [{ 'auth-url': 'auth.test/x' }],
    [{ 'auth-url': 'ftp://auth.test/x' }],
    [{ 'auth-url': 'http://a..b/x' }],
    [{ 'auth-url': 'http://a.test/$nothing' }],
    [{ ...url, 'auth-method': 'get' }],
    [{ ...url, 'auth-response-headers': 'X User;' }],
    [{ ...url, 'auth-cache-duration': '200' }],
    [{ ...url, 'auth-cache-duration': '5m 200' }],
    [{ ...url, 'auth-proxy-set-headers': 'headers' }],
    [{ ...url, 'auth-proxy-set-headers': 'default/absent' }],
  ])('%j answers 503', (annotations) =>
    expect(policyFrom('external-auth', annotations).action).toMatchObject({ kind: 'refuse', status: 503 }),
  );

  test.each([
    [{ ...url, 'auth-cache-duration': '200;' }],
    [{ ...url, 'auth-request-redirect': '/a;b' }],
    [{ ...url, 'auth-always-set-cookie': 'x' }],
  ])('%j turns it off, as in ingress-nginx, and says so', (annotations) => {
    const { policy, codes } = policyFrom('external-auth', annotations);
    expect(policy).toBeUndefined();
    expect(codes).toContain('SLU1504');
  });

  test('explain tells what is asked', () => {
    const { model } = annotatedModel({ ...url, 'limit-rps': '1', 'denylist-source-range': '10.0.0.1' });
    const explanation = explain(model, { url: 'http://a.test/' });
    const told = [...(explanation?.reasons ?? []), ...(explanation?.conditions ?? [])].map(({ text }) => text);
    expect(told).toContain('http://auth.test/check is asked: 2xx lets the request pass; else 401, 403, or 500 for any other answer');
    expect(told).toContain('the address 127.0.0.1 is unlisted');
    expect(told).toContain('503 for a client that sends more than 1 a second (5 more at once)');
  });
});
