import { describe, expect, test } from 'vitest';
import { corsAnswer } from '../../evaluate/cors.ts';
import { annotatedIngress, servedIngresses } from '../../testing/served-ingresses.ts';
import { routedRequest } from '../../testing/routed-request.ts';
import type { CorsPolicy } from '../policy/cors.ts';

function cors(annotations: Record<string, string>) {
  const served = servedIngresses(annotatedIngress('cors', { 'enable-cors': 'true', ...annotations }));
  const policy = served.policies('cors.test').find(({ kind }) => kind === 'cors') as CorsPolicy;
  const ask = (origin?: string, method = 'GET') => {
    const answer = corsAnswer(
      policy,
      routedRequest({ host: 'cors.test', target: '/', method, header: (name) => (name === 'origin' ? origin : undefined) }),
    );
    return answer && { ...answer, edits: answer.edits.map(({ name, value }) => `${name}: ${value}`) };
  };
  return { policy, ask, allowed: (origin: string) => ask(origin)?.edits[0], findings: served.findings() };
}

const everything = [
  'Access-Control-Allow-Origin: *',
  'Access-Control-Allow-Credentials: true',
  'Access-Control-Allow-Methods: GET, PUT, POST, DELETE, PATCH, OPTIONS',
  'Access-Control-Allow-Headers: DNT,Keep-Alive,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,Range,Authorization',
  'Access-Control-Max-Age: 1728000',
];

describe('enable-cors', () => {
  test('allows everybody by default, in the order of ingress-nginx', () => {
    const { ask } = cors({});
    expect(ask('https://o.test')).toEqual({ edits: everything, preflight: false });
    expect(ask()).toEqual({ edits: everything, preflight: false });
    expect(ask('https://o.test', 'OPTIONS')).toEqual({ edits: [...everything, 'Content-Length: 0'], preflight: true });
  });

  test('allows listed origins only, and says what it is told to', () => {
    const { ask, findings } = cors({
      'cors-allow-origin': 'https://one.test, https://*.two.test',
      'cors-allow-methods': 'GET, PUT',
      'cors-allow-headers': 'X-One',
      'cors-expose-headers': 'X-Two, *',
      'cors-allow-credentials': 'false',
      'cors-max-age': '60',
    });
    const lines = (origin: string) => [
      `Access-Control-Allow-Origin: ${origin}`,
      'Access-Control-Allow-Methods: GET, PUT',
      'Access-Control-Allow-Headers: X-One',
      'Access-Control-Expose-Headers: X-Two, *',
      'Access-Control-Max-Age: 60',
    ];
    expect(ask('https://one.test')?.edits).toEqual(lines('https://one.test'));
    expect(ask('https://x.two.test')?.edits).toEqual(lines('https://x.two.test'));
    expect(ask('https://evil.test', 'OPTIONS')).toBeUndefined();
    expect(ask()).toBeUndefined();
    expect(findings).toEqual([]);
  });

  test.each([
    ['https://*.two.test', 'https://x.two.test', true],
    ['https://*.two.test', 'HTTPS://X-1.TWO.test', true],
    ['https://*.two.test', 'https://x.y.two.test', false],
    ['https://*.two.test', 'https://two.test', false],
    ['https://*.two.test', 'https://.two.test', false],
    ['https://one.test', 'https://one.test:8443', false],
    ['https://one.test', 'https://one.test.evil.test', false],
    ['https://one.test', 'x-https://one.test', false],
    ['https://one.test', 'https://onextest', false],
    ['https://one.test:8443', 'https://one.test:8443', true],
    ['null', 'null', true],
    ['null,', '', false],
    ['capacitor://', 'capacitor://', true],
    ['https://a.test:1,  ,https://b.test,', 'https://b.test', true],
    [' , ', 'https://a.test', false],
  ])('list %s, origin %s: %s', (list, origin, expected) => {
    expect(cors({ 'cors-allow-origin': list }).ask(origin) !== undefined).toBe(expected);
  });

  test('a star anywhere in the list allows everybody', () => {
    expect(cors({ 'cors-allow-origin': 'https://one.test, *' }).allowed('https://x.test')).toBe('Access-Control-Allow-Origin: *');
  });

  test.each(['https://*', 'http://localhost:*', '/a', 'HTTPS://a.test', 'a:b'])('the list %s is bad: everybody', (list) => {
    expect(cors({ 'cors-allow-origin': list }).policy.origins).toBe('any');
  });

  test('an element that is no origin is left out and reported', () => {
    const { allowed, findings } = cors({ 'cors-allow-origin': 'https://one.test, one' });
    expect(allowed('https://one.test')).toBe('Access-Control-Allow-Origin: https://one.test');
    expect(allowed('one')).toBeUndefined();
    expect(findings).toEqual(['SLU1504: "one" is no origin such as https://example.com; it is left out']);
    expect(cors({ 'cors-allow-origin': 'one' }).policy.origins).toEqual([]);
  });

  test('values that are not valid count as absent: a bad list allows everybody', () => {
    const { ask, findings } = cors({
      'cors-allow-origin': 'https://one.test;',
      'cors-allow-methods': 'GET;PUT',
      'cors-allow-headers': 'X One;',
      'cors-expose-headers': 'X-A  X-B',
      'cors-max-age': 'long',
      'cors-allow-credentials': 'perhaps',
    });
    expect(ask('https://x.test')?.edits).toEqual(everything);
    expect(findings.map((finding) => finding.slice(0, 7))).toEqual(Array.from({ length: 6 }, () => 'SLU1504'));
  });

  test('is off without it', () => {
    expect(cors({ 'enable-cors': 'false', 'cors-allow-origin': '*' }).policy).toBeUndefined();
  });
});

describe('the decision', () => {
  const decide = (annotations: Record<string, string>, spec: object = {}) =>
    servedIngresses(annotatedIngress('cors', { 'enable-cors': 'true', ...annotations }, spec)).ask({
      url: 'http://cors.test/',
      method: 'OPTIONS',
    });

  test('a preflight is answered before the redirect to HTTPS and the redirect of the route', () => {
    expect(decide({}, { tls: [{ hosts: ['cors.test'] }] })?.status).toBe(204);
    expect(decide({ 'permanent-redirect': 'https://elsewhere.test/' })?.status).toBe(204);
  });

  test('says what it did', () => {
    expect(
      decide({})
        ?.reasons.slice(-2)
        .map(({ text }) => text),
    ).toEqual([
      expect.stringContaining('CORS: the client gets Access-Control-Allow-Origin: *, Access-Control-Allow-Credentials: true, '),
      '204: a CORS preflight',
    ]);
    expect(decide({ 'cors-allow-origin': 'https://one.test' })?.reasons.map(({ text }) => text)).toContain(
      'CORS: the origin of the request is not allowed, no headers are added',
    );
  });
});
