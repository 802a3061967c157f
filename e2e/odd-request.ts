import fc from 'fast-check';
import type { Destination } from './raw-request.ts';
import type { RunningSluice } from './running-sluice.ts';

/** A request as its bytes are sent, and as `explain` is asked about it. */
export interface OddRequest {
  readonly secure: boolean;
  readonly minor: 0 | 1;
  /** Value of the Host header; undefined for none, which only HTTP/1.0 may do. */
  readonly host: string | undefined;
  /** Origin form. */
  readonly target: string;
  /** Present when the request line names this authority, which wins over the Host header. */
  readonly authority: string | undefined;
}

const names = [
  'shop.test',
  'SHOP.Test',
  'shop.test:8080',
  'shop.test.',
  'api.shop.test',
  'x.api.shop.test',
  'deep.api.shop.test:443',
  'x.y.api.shop.test',
  'under_score.shop.test',
  'blog.test',
  'Any.TEST',
  'outside.example',
  'alias.test',
  'a.b.alias.test',
  'x1.test',
  'www.shop.test',
  'crowded.test',
  'crowded.test',
  'crowded.test',
  'Crowded.Test:80',
  'unknown.example:1',
  'localhost',
  '127.0.0.1',
  '[::1]:80',
  'shop..test',
  'shop.test:',
  '.test',
  'shop.test..',
];

const segments = [
  'foo',
  'foo',
  'dir',
  'dir',
  'bar',
  'Foo',
  'f',
  '',
  '.',
  '..',
  '%2e%2E',
  '%66oo',
  'foo%2Fbar',
  '%2F',
  'a%20b',
  'a+b',
  'f%C3%B6%C3%b6',
  'foo.bar',
  'foobar',
  'healthz',
  '.well-known',
  'acme-challenge',
  'x',
  '%',
  '%zz',
  '%00',
  '%25',
  'x;y=1',
];

/** Hosts as clients write them. */
export const oddHost: fc.Arbitrary<string> = fc.constantFrom(...names);

/** Targets in origin form. */
export const oddTarget: fc.Arbitrary<string> = fc
  .record({
    parts: fc.array(fc.constantFrom(...segments), { maxLength: 4 }),
    end: fc.constantFrom('', '', '/', '//'),
    query: fc.constantFrom('', '', '', '?', '?a=1', '?to=/../x//y', '?q=%2F%zz'),
  })
  .map(({ parts, end, query }) => `/${parts.join('/')}${end}${query}`);

/** Requests with everything that clients may do to hosts and paths. */
export const oddRequest: fc.Arbitrary<OddRequest> = fc
  .record({
    secure: fc.boolean(),
    version: fc.constantFrom(1, 1, 1, 0),
    name: oddHost,
    hostless: fc.boolean(),
    target: oddTarget,
    authority: fc.option(fc.constantFrom('shop.test', 'API.shop.test:99', 'unknown.example'), { nil: undefined, freq: 6 }),
  })
  .map(({ secure, version, name, hostless, target, authority }) => ({
    secure,
    minor: version === 0 ? 0 : 1,
    host: version === 0 && hostless ? undefined : name,
    target,
    authority,
  }));

/** The bytes on the wire. */
export function bytesOf({ secure, minor, host, target: sent, authority }: OddRequest): string {
  const line = authority === undefined ? sent : `${secure ? 'https' : 'http'}://${authority}${sent}`;
  return `GET ${line} HTTP/1.${minor}\r\n${host === undefined ? '' : `Host: ${host}\r\n`}Connection: close\r\n\r\n`;
}

/**
 * What the catch-all host is called. A written request always has a host: one that comes without it is explained as if it had this
 * one, and its answers name this one or none.
 */
export const NAMELESS = '_';

/** The page of the admin server that explains the request. */
export function explainPath({ secure, host, target: sent, authority }: OddRequest): string {
  const url = `${secure ? 'https' : 'http'}://${authority ?? 'in.the.header'}${sent}`;
  const query = new URLSearchParams({ url, ...(authority === undefined && { header: `Host: ${host ?? NAMELESS}` }) });
  return `/api/explain?${query.toString()}`;
}

/** Where the request goes; over TLS the name asked for is that of the Host header where it is one. */
export function destinationOf({ secure, host = '' }: OddRequest, sluice: RunningSluice): Destination {
  if (!secure) return sluice.http;
  const name = host.replace(/:\d*$/, '');
  return sluice.https(/^[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)*$/i.test(name) ? name : '');
}
