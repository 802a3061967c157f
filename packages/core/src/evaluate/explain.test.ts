import { describe, expect, test } from 'vitest';
import { annotatedIngress, servedIngresses } from '../testing/served-ingresses.ts';
import type { WrittenRequest } from './request-of.ts';

/** Asks about `http://x.test/` on an Ingress with these annotations, with another one of the same host besides. */
function ask(annotations: Readonly<Record<string, string>>, request: Partial<WrittenRequest> = {}, more: readonly object[] = []) {
  return servedIngresses(annotatedIngress('x', annotations), ...more).ask({ url: 'http://x.test/', ...request });
}

const steps = (...asked: Parameters<typeof ask>) => ask(...asked)?.conditions.map(({ step }) => step);

describe('conditions', () => {
  test('endpoints may not answer', () => {
    expect(ask({})?.conditions).toMatchObject([{ step: 'upstream', statuses: [502, 504], object: 'Ingress default/x' }]);
  });

  test('limits count those that are not exempt, also before a 403', () => {
    const limited = { 'limit-rps': '1', 'limit-whitelist': '10.0.0.0/8', 'denylist-source-range': '192.0.2.0/24' };
    expect(steps(limited)).toEqual(['limit', 'upstream']);
    expect(steps(limited, { clientAddress: '10.0.0.1' })).toEqual(['upstream']);
    const denied = ask(limited, { clientAddress: '192.0.2.1' });
    expect(denied).toMatchObject({ outcome: 'respond', status: 403, conditions: [{ step: 'limit', statuses: [503] }] });
  });

  test('an external service may refuse or redirect', () => {
    const url = { 'auth-url': 'http://auth.test/' };
    expect(ask(url)?.conditions[0]).toMatchObject({ step: 'external-auth', statuses: [401, 403, 500] });
    expect(ask({ ...url, 'auth-signin': 'http://login.test/' })?.conditions[0]).toMatchObject({ statuses: [302, 403, 500] });
  });

  test('chance may choose the canary, nothing else does', () => {
    const canary = (weight: string) => {
      const annotated = annotatedIngress('y', { canary: 'true', 'canary-weight': weight, 'canary-by-header': 'c' }, {}, 'b') as {
        spec: { rules: { host: string }[] };
      };
      for (const rule of annotated.spec.rules) rule.host = 'x.test';
      return [annotated];
    };
    const drawn = ask({}, {}, canary('25'));
    expect(drawn?.upstream?.id).toBe('default/a:80');
    expect(drawn?.conditions[0]).toMatchObject({ step: 'canary', upstream: { id: 'default/b:80', endpoints: ['127.0.0.1:8080'] } });
    expect(drawn?.conditions[0]?.text).toContain('25 %');
    expect(steps({}, { headers: ['c: always'] }, canary('25'))).toEqual(['upstream']);
    expect(steps({}, {}, canary('0'))).toEqual(['upstream']);
    expect(steps({}, {}, canary('100'))).toEqual(['upstream']);
  });

  test('a body of unknown length may be too large', () => {
    const limited = { 'proxy-body-size': '1k' };
    expect(steps(limited)).toEqual(['upstream']);
    expect(steps(limited, { method: 'POST' })).toEqual(['body-limit', 'upstream']);
    expect(steps(limited, { method: 'POST', headers: ['Content-Length: 5'] })).toEqual(['upstream']);
    expect(ask(limited, { method: 'POST', headers: ['Content-Length: 5000'] })?.status).toBe(413);
  });

  test('pages may come from another upstream, or from the built-in one', () => {
    const pages = ask({ 'custom-http-errors': '404', 'default-backend': 'b' });
    expect(pages?.conditions.at(-1)).toMatchObject({ step: 'error-pages', upstream: { id: 'default/b:80' } });
    expect(ask({ 'custom-http-errors': '404' })?.conditions.at(-1)).toMatchObject({ step: 'error-pages', statuses: [404] });
  });
});

describe('ports', () => {
  const www = { 'from-to-www-redirect': 'true' };
  const listening = { http: [{ port: 8080 }, { port: 8081 }], https: [{ port: 8443 }] };
  test.each([
    ['http://www.x.test/', undefined, 'http://x.test:80'],
    ['http://www.x.test/', listening, 'http://x.test:8080'],
    ['http://www.x.test:8081/', listening, 'http://x.test:8081'],
    ['http://www.x.test:30080/', listening, 'http://x.test:8080'],
  ])('%s is redirected through the listener', (url, known, location) => {
    expect(ask(www, { url, ...(known && { listening: known }) })?.location).toBe(location);
  });

  test('the first step is how the request came in', () => {
    expect(ask({}, { listening })?.reasons[0]?.text).toBe('http, port 8080');
    const secure = ask({}, { url: 'https://x.test/', listening });
    expect(secure?.reasons[0]?.text).toBe('https, port 8443: the client is shown the default certificate');
  });
});
