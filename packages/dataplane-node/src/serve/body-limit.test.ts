import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Route } from '@sluice/core';
import { builtIn, compileRoutes, defaultServing } from '@sluice/core';
import { exchange, RawClient } from './testing/raw-client.ts';
import { generation, local } from './testing/routing-fixture.ts';
import { httpPort, TestBench } from './testing/test-proxy.ts';

let bench: TestBench;
beforeEach(() => {
  bench = new TestBench();
});
afterEach(() => bench.close());

/** A proxy that takes ten bytes, and how many requests have reached its upstream completely. */
async function limited() {
  const seen = { complete: 0 };
  const { port } = await bench.http((request, response) => {
    request.resume();
    request.on('end', () => {
      seen.complete++;
      response.end('ok');
    });
  });
  const upstream = { id: 'test/a:80', namespace: 'test', service: 'a', port: '80', endpoints: [local(port)], from: builtIn };
  const forwards = (limit: number): Route => ({
    match: { kind: 'prefix', path: '/' },
    action: { kind: 'forward', upstream: upstream.id },
    policies: [{ kind: 'body-limit', bytes: limit, from: builtIn }],
    from: builtIn,
  });
  const hostOf = (name: string, limit: number) => ({
    name,
    match: { kind: 'exact', name } as const,
    routes: [forwards(limit)],
    from: builtIn,
  });
  const any = { name: '*', match: { kind: 'any' } as const, routes: [forwards(0)], from: builtIn };
  const routes = compileRoutes({
    listeners: [],
    settings: defaultServing,
    virtualHosts: [any, hostOf('a.test', 10), hostOf('b.test', 0)],
    upstreams: [upstream],
    certificates: [],
    streams: [],
  });
  const proxy = await bench.proxy({ generation: { ...generation({}), routes, upstreams: [upstream] } });
  return { port: httpPort(proxy), seen };
}

const head = (line: string) => `POST / HTTP/1.1\r\nHost: a.test\r\n${line}\r\n\r\n`;

describe('a body that is too long', () => {
  test('is answered 413 at once by its Content-Length, and the connection closes', async () => {
    const { port, seen } = await limited();
    const client = RawClient.to(port);
    client.send(head('Content-Length: 11'));
    expect(await client.end()).toMatch(/^HTTP\/1.1 413 Request Entity Too Large\r\n[^]*Connection: close\r\n/);
    expect(seen.complete).toBe(0);
  });

  test('is answered 413 as soon as a chunk passes the limit', async () => {
    const { port, seen } = await limited();
    const client = RawClient.to(port);
    client.send(`${head('Transfer-Encoding: chunked')}6\r\nabcdef\r\n`);
    client.send('5\r\n');
    expect(await client.end()).toMatch(/^HTTP\/1.1 413 [^]*Connection: close\r\n/);
    expect(await exchange(port, `${head('Transfer-Encoding: chunked')}ffffff\r\n`)).toMatch(/^HTTP\/1.1 413 /);
    expect(seen.complete).toBe(0);
  });

  test('goes through where there is no limit', async () => {
    const { port } = await limited();
    const request = `POST / HTTP/1.1\r\nHost: b.test\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\nf\r\nabcdefghijklmno\r\n0\r\n\r\n`;
    expect(await exchange(port, request)).toMatch(/^HTTP\/1.1 200 /);
  });
});

describe('a body of exactly the allowed length', () => {
  test('is passed on, and the next request on the connection is judged anew', async () => {
    const { port, seen } = await limited();
    const client = RawClient.to(port);
    client.send(`${head('Content-Length: 10')}0123456789`);
    await client.until(/ok$/);
    client.clear();
    client.send(`${head('Transfer-Encoding: chunked')}a\r\n0123456789\r\n0\r\n\r\n`);
    await client.until(/ok/);
    client.clear();
    client.send(head('Content-Length: 11'));
    expect(await client.end()).toMatch(/^HTTP\/1.1 413 /);
    expect(seen.complete).toBe(2);
  });
});
