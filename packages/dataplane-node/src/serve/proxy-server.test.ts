import { createServer } from 'node:net';
import { connect as connectTls, createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';
import { defaultServing, silentLogger } from '@sluice/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ProxyServer } from './proxy-server.ts';
import { certificateFor, fallbackCertificate } from './testing/certificates.ts';
import { RecordedRequests } from './testing/recorded-requests.ts';
import type { KeptRecord } from './testing/recorded-requests.ts';
import { exchange, RawClient } from './testing/raw-client.ts';
import { generation, local } from './testing/routing-fixture.ts';
import { httpPort, portOf, TestBench } from './testing/test-proxy.ts';

let bench: TestBench;
beforeEach(() => {
  bench = new TestBench();
});
afterEach(() => bench.close());

const GET = 'GET / HTTP/1.1\r\nHost: a.test\r\n\r\n';
const GET_AND_CLOSE = 'GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n';

async function naming(name: string): Promise<number> {
  return (await bench.http((_request, response) => response.end(`<${name}>`))).port;
}

describe('listen', () => {
  test('rejects with the error of the system, and frees what it opened', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => void taken.listen(0, '127.0.0.1', resolve));
    const free = await bench.closedPort();
    const host = '127.0.0.1';
    const timeouts = { connectMs: 1, readMs: 1, sendMs: 1, idleClientMs: 1, headerMs: 1, drainTunnelsMs: 1 };
    const server = new ProxyServer({
      http: [
        { host, port: free },
        { host, port: portOf(taken.address()) },
      ],
      https: [],
      timeouts,
      accessLog: undefined,
      metrics: undefined,
      tracing: undefined,
      logger: silentLogger,
      defaultCertificate: await fallbackCertificate(),
    });
    await expect(server.listen()).rejects.toMatchObject({ code: 'EADDRINUSE' });
    const again = createServer();
    await new Promise<void>((resolve, reject) => void again.once('error', reject).listen(free, host, resolve));
    again.close();
    taken.close();
  });

  test('requests are answered 503 until something is swapped in', async () => {
    const proxy = await bench.proxy();
    expect(await exchange(httpPort(proxy), GET_AND_CLOSE)).toMatch(/^HTTP\/1\.1 503 Service Temporarily Unavailable\r\n/);
    expect(proxy.stats()).toMatchObject({ acceptedConnections: 1, requests: 1 });
  });
});

describe('swap', () => {
  test('applies to the next request of an open connection', async () => {
    const [a, b] = [await naming('a'), await naming('b')];
    const proxy = await bench.proxy({ generation: generation({ 'a.test': { endpoints: [local(a)] } }) });
    const client = RawClient.to(httpPort(proxy));
    client.send(GET);
    await client.until(/<a>/);
    proxy.swap(generation({ 'a.test': { endpoints: [local(b)] } }));
    client.send(GET);
    await client.until(/<b>/);
    client.destroy();
  });

  test('closes idle connections to endpoints that are gone, keeps the others', async () => {
    const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';
    const [old, kept] = [
      await bench.raw((socket) => socket.on('data', () => socket.write(answer)).on('end', () => socket.end())),
      await bench.raw((socket) => socket.on('data', () => socket.write(answer))),
    ];
    const proxy = await bench.proxy({
      generation: generation({ 'a.test': { endpoints: [local(old.port)] }, 'b.test': { endpoints: [local(kept.port)] } }),
    });
    await exchange(httpPort(proxy), GET_AND_CLOSE);
    await exchange(httpPort(proxy), GET_AND_CLOSE.replace('a.test', 'b.test'));
    expect([old.sockets.size, kept.sockets.size]).toEqual([1, 1]);
    proxy.swap(generation({ 'a.test': { endpoints: [local(kept.port)] } }));
    while (old.sockets.size > 0) await new Promise((resolve) => setImmediate(resolve));
    await exchange(httpPort(proxy), GET_AND_CLOSE);
    expect(kept.sockets.size).toBe(1);
  });

  test('under load fails no request', async () => {
    const ports = [await naming('x'), await naming('y'), await naming('z')];
    const generations = ports.map((_port, index) =>
      generation({ 'a.test': { endpoints: ports.filter((_other, other) => other !== index).map((port) => local(port)) } }),
    );
    const proxy = await bench.proxy(generations[0] === undefined ? {} : { generation: generations[0] });
    const load = { running: true };
    let swaps = 0;
    const swapping = (async () => {
      while (load.running) {
        const next = generations[++swaps % 3];
        if (next !== undefined) proxy.swap(next);
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    const clients = Array.from({ length: 8 }, async () => {
      const client = RawClient.to(httpPort(proxy));
      for (let round = 0; round < 100; round++) {
        client.clear();
        client.send(GET);
        expect(await client.until(/\r\n\r\n[^]*>/)).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n<[xyz]>$/);
      }
      client.destroy();
    });
    await Promise.all(clients);
    load.running = false;
    await swapping;
    expect(swaps).toBeGreaterThan(10);
  });
});

describe('TLS', () => {
  /** What a client that asks for a name gets: the name of the certificate, and the answer to a request. */
  async function ask(port: number, servername: string): Promise<{ name: string; answer: string }> {
    const socket = connectTls({
      port,
      host: '127.0.0.1',
      rejectUnauthorized: false,
      ALPNProtocols: ['h2', 'http/1.1'],
      ...(servername === '' ? {} : { servername }),
    });
    const client = new RawClient(socket);
    await new Promise((resolve, reject) => void socket.once('secureConnect', resolve).once('error', reject));
    const name = String(socket.getPeerCertificate().subject.CN);
    client.send(GET_AND_CLOSE);
    return { name, answer: await client.end() };
  }

  const contexts = async (names: readonly string[]): Promise<Map<string | undefined, SecureContext>> =>
    new Map(await Promise.all(names.map(async (name) => [name, createSecureContext(await certificateFor(name))] as const)));

  test('serves the certificate of the generation, which a swap changes', async () => {
    const { port: upstream } = await bench.http((request, response) =>
      response.end(`${String(request.headers['x-forwarded-proto'])} ${String(request.headers['x-forwarded-port'])}`),
    );
    const byName = await contexts(['a.test', 'b.test', 'other.test']);
    const other = byName.get('other.test');
    if (other === undefined) throw new Error('no context');
    const hosts = { 'a.test': { endpoints: [local(upstream)], httpsRedirect: true } };
    const proxy = await bench.proxy({ tls: true });
    const port = portOf(proxy.addresses().https[0]);
    expect((await ask(port, 'a.test')).name).toBe('fallback.test');
    proxy.swap(generation(hosts, (name) => byName.get(name) ?? other));
    expect(await ask(port, 'a.test')).toMatchObject({ name: 'a.test', answer: expect.stringMatching(/https 443$/) });
    expect((await ask(port, 'b.test')).name).toBe('b.test');
    expect((await ask(port, 'c.test')).name).toBe('other.test');
    expect((await ask(port, '')).name).toBe('fallback.test');
    proxy.swap(generation(hosts, () => other));
    expect((await ask(port, 'a.test')).name).toBe('other.test');
  });

  test('survives plain HTTP, nonsense, and a certificate look-up that throws', async () => {
    const proxy = await bench.proxy({ tls: true, generation: generation({}) });
    const port = portOf(proxy.addresses().https[0]);
    await exchange(port, GET);
    await exchange(port, '\x16\x03\x01\x00\x05nonsense');
    await expect(ask(port, 'a.test')).rejects.toThrow();
    expect((await ask(port, '')).answer).toMatch(/^HTTP\/1\.1 404 /);
  });

  test('carries 20 MB to a slow reader', async () => {
    const body = Buffer.alloc(20_000_000, 'abcdefghijk');
    const { port: upstream } = await bench.http((_request, response) => response.end(body));
    const proxy = await bench.proxy({ tls: true, generation: generation({ 'a.test': { endpoints: [local(upstream)] } }, () => fallback) });
    const fallback = createSecureContext(await fallbackCertificate());
    const { answer } = await ask(portOf(proxy.addresses().https[0]), 'a.test');
    const data = Buffer.from(answer.slice(answer.indexOf('\r\n\r\n') + 4), 'latin1');
    expect(data.equals(body)).toBe(true);
  });
});

describe('close', () => {
  test('lets requests in flight be answered, closes idle connections, accepts nothing', async () => {
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    const { port } = await bench.http(async (_request, response) => {
      asked.resolve();
      await answer.promise;
      response.end('<done>');
    });
    const proxy = await bench.proxy({ generation: generation({ 'a.test': { endpoints: [local(port)] } }) });
    const [idle, busy] = [RawClient.to(httpPort(proxy)), RawClient.to(httpPort(proxy))];
    idle.send('GET / HTTP/1.1\r\nHost: b.test\r\n\r\n');
    await idle.until(/<\/html>/);
    busy.send(GET);
    await asked.promise;
    const closed = proxy.close(new AbortController().signal);
    await idle.end();
    const late = RawClient.to(httpPort(proxy));
    expect(await late.end()).toBe('');
    answer.resolve();
    expect(await busy.end()).toMatch(/\r\nConnection: close\r\n\r\n<done>$/);
    await closed;
    expect(proxy.stats().activeConnections).toBe(0);
  });

  test('cuts what is left when the signal aborts', async () => {
    const asked = Promise.withResolvers<void>();
    const { port } = await bench.http(() => asked.resolve());
    const proxy = await bench.proxy({ generation: generation({ 'a.test': { endpoints: [local(port)] } }) });
    const client = RawClient.to(httpPort(proxy));
    client.send(GET);
    await asked.promise;
    const controller = new AbortController();
    const closed = proxy.close(controller.signal);
    controller.abort();
    expect(await client.end()).toBe('');
    await closed;
  });
});

test('a routing table that throws is a 500, not a crash', async () => {
  const broken = {
    ...generation({}),
    routes: {
      settings: defaultServing,
      hostOf: () => undefined,
      decide: () => {
        throw new TypeError('no route');
      },
      upstream: () => undefined,
    },
  };
  const proxy = await bench.proxy({ generation: broken });
  expect(await exchange(httpPort(proxy), GET_AND_CLOSE)).toMatch(/^HTTP\/1\.1 500 Internal Server Error\r\n/);
});

describe('access log', () => {
  test('has one record for each exchange', async () => {
    const records = new RecordedRequests();
    const upstream = await naming('a');
    const proxy = await bench.proxy({
      generation: generation({ 'a.test': { endpoints: [local(upstream)] } }),
      accessLog: records,
    });
    const first = await exchange(
      httpPort(proxy),
      'POST /x?y HTTP/1.1\r\nHost: a.test\r\nUser-Agent: u\r\nReferer: r\r\nX-Request-ID: i\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc',
    );
    const second = await exchange(httpPort(proxy), 'GET / HTTP/1.0\r\n\r\n');
    await exchange(httpPort(proxy), 'NONSENSE\r\n\r\n');
    expect(records.list).toMatchObject([
      {
        clientAddress: '127.0.0.1',
        method: 'POST',
        authority: 'a.test',
        target: '/x?y',
        protocol: 'HTTP/1.1',
        status: 200,
        sentBytes: first.length,
        bodyBytes: 3,
        tries: [{ address: `127.0.0.1:${upstream}`, status: 200, bodyBytes: 3 }],
        requestId: 'i',
        userAgent: 'u',
        referer: 'r',
      },
      { method: 'GET', authority: '', protocol: 'HTTP/1.0', status: 404, sentBytes: second.length, tries: [], host: '*' },
      { method: '', status: 400 },
    ]);
    expect(records.list[0]?.requestBytes).toBe(
      'POST /x?y HTTP/1.1\r\nHost: a.test\r\nUser-Agent: u\r\nReferer: r\r\nX-Request-ID: i\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc'
        .length,
    );
  });

  test('says 499 for clients that go away', async () => {
    const record = Promise.withResolvers<KeptRecord>();
    const asked = Promise.withResolvers<void>();
    const { port } = await bench.http(() => asked.resolve());
    const proxy = await bench.proxy({
      generation: generation({ 'a.test': { endpoints: [local(port)] } }),
      accessLog: new RecordedRequests(record.resolve),
    });
    const client = RawClient.to(httpPort(proxy));
    client.send(GET);
    await asked.promise;
    client.destroy();
    expect(await record.promise).toMatchObject({ status: 499, sentBytes: 0 });
  });
});
