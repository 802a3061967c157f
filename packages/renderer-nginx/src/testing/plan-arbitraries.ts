import fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { builtIn } from '@sluice/core';
import type { Policy, RedirectLocation, RouteAction } from '@sluice/core';
import { headerStep, NAMES, pattern, steps } from './plan-step-arbitraries.ts';

const from = builtIn;

const style = fc.constantFrom({}, { relative: true as const }, { withPort: true as const });
const location: Arbitrary<RedirectLocation> = fc.oneof(
  style.map((how) => ({ kind: 'path' as const, path: '/to/', ...how })),
  fc
    .record({ url: fc.constantFrom('/abs', 'https://o.test/x?y', ''), how: style })
    .map(({ url, how }) => ({ kind: 'url' as const, url, ...how })),
  fc.boolean().map((keepTrailingSlash) => ({ kind: 'https' as const, keepTrailingSlash })),
  fc.constantFrom<RedirectLocation>(
    { kind: 'https', keepTrailingSlash: false, withPort: true },
    { kind: 'root', path: '/app' },
    { kind: 'host', name: 'www.o.test' },
  ),
);

/** What a route does; mostly it forwards. */
export const action: Arbitrary<RouteAction> = fc.oneof(
  { weight: 5, arbitrary: fc.constant<RouteAction>({ kind: 'forward', upstream: 'ns/svc:80' }) },
  {
    weight: 2,
    arbitrary: fc
      .record({ status: fc.constantFrom(300, 301, 302, 303, 304, 305, 307, 308), location })
      .map((redirect) => ({ kind: 'redirect' as const, redirect })),
  },
  { weight: 1, arbitrary: fc.constantFrom(403, 404, 503).map((status) => ({ kind: 'respond' as const, status, because: '' })) },
  { weight: 1, arbitrary: fc.constant<RouteAction>({ kind: 'refuse', status: 503, because: '', from }) },
);

const cors: Arbitrary<Policy> = fc
  .record({
    origins: fc.constantFrom('any' as const, [], ['https://o.test', 'null'], ['https://*.o.test'], ['*']),
    credentials: fc.boolean(),
    expose: fc.constantFrom(undefined, 'X-Up, X-A'),
  })
  .map(({ expose, ...rest }) => ({
    kind: 'cors' as const,
    methods: 'GET, PUT',
    headers: 'X-One',
    maxAgeSeconds: 60,
    ...rest,
    ...(expose && { expose }),
    from,
  }));

const https: Arbitrary<Policy> = fc
  .record({ status: fc.constantFrom(301, 308), keepTrailingSlash: fc.boolean(), withPort: fc.boolean(), namelessOnly: fc.boolean() })
  .map(({ withPort, namelessOnly, ...rest }) => ({
    kind: 'https-redirect' as const,
    ...rest,
    ...(withPort && { withPort: true as const }),
    ...(namelessOnly && { namelessOnly: true as const }),
    from,
  }));

const rewritten: Arbitrary<Policy> = fc
  .record({
    pattern,
    target: fc.constantFrom('/t', '/t/$1', '/$2/${1}x', '/$0$3', '/t$', '/a.b~c'),
    forwardedPrefix: fc.constantFrom(undefined, '/p', '/p$1'),
  })
  .map(({ forwardedPrefix, ...rest }) => ({ kind: 'rewrite' as const, ...rest, ...(forwardedPrefix && { forwardedPrefix }), from }));

const lines: Arbitrary<Policy> = fc
  .uniqueArray(fc.record({ name: fc.constantFrom(...NAMES), value: fc.constantFrom('v', '$host', '"', "a'b\\", '%41') }), {
    minLength: 1,
    maxLength: 3,
    selector: ({ name }) => name.toLowerCase(),
  })
  .map((made) => ({ kind: 'response-headers' as const, lines: made, from }));

const sometimes = <Value>(made: Arbitrary<Value>): Arbitrary<Value | undefined> => fc.option(made, { nil: undefined, freq: 1 });

/** The policies of a route; it has a plan. */
export const policies: Arbitrary<readonly Policy[]> = fc
  .record({
    snippet: steps.map((made): Policy => ({ kind: 'snippet', steps: made, from })),
    host: sometimes(
      fc.array(headerStep, { minLength: 1, maxLength: 3 }).map((made): Policy => ({ kind: 'host-headers', steps: made, from })),
    ),
    cors: sometimes(cors),
    https: fc.option(https, { nil: undefined, freq: 2 }),
    rewritten: sometimes(rewritten),
    lines: sometimes(lines),
  })
  .map((made) =>
    Object.values(made)
      .filter((policy) => policy !== undefined)
      .toSorted((a, b) => (a.kind < b.kind ? -1 : 1)),
  );

/** A request as a client writes it. */
export interface AskedRequest {
  readonly secure: boolean;
  readonly method: string;
  readonly host: string;
  readonly target: string;
  /** Without Host; ids of requests are always sent, others would be random. */
  readonly headers: readonly (readonly [name: string, value: string])[];
}

const SEGMENTS = [
  'a',
  'b',
  'A',
  'x',
  'c1',
  'x.php',
  '%61',
  'a%20b',
  '%C3%A9',
  '\xc3\xa9',
  'a+b',
  'a&b',
  'a;b',
  '%25',
  '%0a',
  '"',
  '<',
  '.',
  'to',
  '..%2fb',
];
const path = fc.array(fc.constantFrom(...SEGMENTS), { maxLength: 4 }).map((made) => `/${made.join('/')}`);
const query = fc.constantFrom('', '', '?', '?q=1', '?Q=%20&q=2', '?a?b', '?q', '?x=/', '/', '?q=1#f');

const HEADERS: readonly (readonly [string, string])[] = [
  ['X-A', 'v'], ['X-A', '0'], ['X-A', 'a "$b\\ \xc3\xa9'], ['x-a', 'second'], ['X-B', ''], ['Cookie', 'c=1; d = 2 ;c=3'], ['Cookie', 'd=\xa0x'],
  ['Origin', 'https://o.test'], ['Origin', 'HTTPS://w.O.test'], ['Origin', 'null'], ['Origin', 'https://evil.test'], ['X-Forwarded-For', '1.2.3.4'],
  ['Authorization', 'Bearer x'], ['User-Agent', 'u'], ['Content-Type', 'a/b'], ['X-Forwarded-Prefix', '/own'], ['Status', '404'],
  ['Status', '503'], ['X-Other', 'o'], ['X-Under', 'u'], ['X-Deep', 'd'], ['Accept', '*/*'],
]; // prettier-ignore

export const request: Arbitrary<AskedRequest> = fc.record({
  secure: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  method: fc.constantFrom('GET', 'GET', 'HEAD', 'OPTIONS', 'POST', 'DELETE'),
  host: fc.constantFrom('a.test', 'A.Test:8080', 'a.test.', '_', '[::1]:80', 'a.test:443'),
  target: fc
    .tuple(path, query)
    .map(([before, after]) => before + after)
    .filter((made) => !made.startsWith('//')),
  headers: fc
    .uniqueArray(fc.constantFrom(...HEADERS), { maxLength: 5, selector: ([name]) => name })
    .map((made) => [['X-Request-ID', 'mine'] as const, ...made]),
});
