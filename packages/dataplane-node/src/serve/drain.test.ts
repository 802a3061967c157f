import { connect as connectTls } from 'node:tls';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ProxyServer } from './proxy-server.ts';
import { RawClient } from './testing/raw-client.ts';
import { generation, local } from './testing/routing-fixture.ts';
import { httpPort, portOf, TestBench } from './testing/test-proxy.ts';

let bench: TestBench;
let stop: AbortController;
beforeEach(() => {
  bench = new TestBench();
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await bench.close();
});

const GET = 'GET / HTTP/1.1\r\nHost: b.test\r\n\r\n';
const LAST = /^HTTP\/1\.1 404 [^]*\r\nConnection: close\r\n[^]*<\/html>\r\n$/;

/** A client that notes the error of its socket. */
function client(port: number): { raw: RawClient; errors: string[] } {
  const raw = RawClient.to(port);
  const errors: string[] = [];
  raw.socket.on('error', (error: NodeJS.ErrnoException) => errors.push(error.code ?? error.message));
  return { raw, errors };
}

async function accepted(proxy: ProxyServer, count: number): Promise<void> {
  while (proxy.stats().acceptedConnections < count) await delay(1);
}

describe('while the server closes', () => {
  test('a connection that was just accepted may still make its request', async () => {
    const proxy = await bench.proxy({ generation: generation({}) });
    const { raw } = client(httpPort(proxy));
    await accepted(proxy, 1);
    const closed = proxy.close(stop.signal);
    await delay(100);
    raw.send(GET);
    expect(await raw.end()).toMatch(LAST);
    await closed;
  });

  test('connections that nobody has taken from the system yet are served', async () => {
    const proxy = await bench.proxy({ generation: generation({}) });
    const clients = Array.from({ length: 100 }, () => client(httpPort(proxy)));
    for (const { raw } of clients) raw.send(GET);
    await new Promise((resolve) => process.nextTick(resolve));
    const closed = proxy.close(stop.signal);
    for (const { raw, errors } of clients) {
      expect(await raw.end()).toMatch(LAST);
      expect(errors).toEqual([]);
    }
    await closed;
  });

  test('a TLS handshake comes to its end, and to a request', async () => {
    const proxy = await bench.proxy({ generation: generation({}), tls: true });
    const socket = connectTls({ port: portOf(proxy.addresses().https[0]), host: '127.0.0.1', rejectUnauthorized: false });
    const raw = new RawClient(socket);
    await new Promise((resolve) => socket.once('connect', resolve));
    await delay(0);
    const closed = proxy.close(stop.signal);
    raw.send(GET);
    expect(await raw.end()).toMatch(LAST);
    await closed;
  });

  test('a request that an idle connection has sent before is answered', async () => {
    const proxy = await bench.proxy({ generation: generation({}) });
    const { raw } = client(httpPort(proxy));
    raw.send(GET);
    await raw.until(/<\/html>\r\n$/);
    raw.clear();
    raw.send(GET);
    const closed = proxy.close(stop.signal);
    expect(await raw.end()).toMatch(LAST);
    await closed;
  });

  test('an idle connection is half-closed: what the client sends then is no reset', async () => {
    const proxy = await bench.proxy({ generation: generation({}) });
    const { raw, errors } = client(httpPort(proxy));
    raw.send(GET);
    await raw.until(/<\/html>\r\n$/);
    const startMs = performance.now();
    const closed = proxy.close(stop.signal);
    while (!raw.ended) await delay(5);
    expect(performance.now() - startMs).toBeLessThan(2000);
    raw.send(GET);
    await delay(50);
    raw.send(GET);
    await delay(50);
    expect(errors).toEqual([]);
    raw.socket.end();
    await closed;
    expect(errors).toEqual([]);
  });

  test('a connection whose answer was under way is not kept alive after it', async () => {
    const rest = Promise.withResolvers<void>();
    const { port } = await bench.http((_request, response) => {
      response.setHeader('Content-Length', 4);
      response.write('ab');
      void rest.promise.then(() => response.end('cd'));
    });
    const proxy = await bench.proxy({ generation: generation({ 'a.test': { endpoints: [local(port)] } }) });
    const { raw } = client(httpPort(proxy));
    raw.send(GET.replace('b.test', 'a.test'));
    await raw.until(/ab$/);
    const startMs = performance.now();
    const closed = proxy.close(stop.signal);
    rest.resolve();
    expect(await raw.end()).toMatch(/abcd$/);
    await closed;
    expect(performance.now() - startMs).toBeLessThan(2000);
  });

  test('one that never asks anything is let go after a second', async () => {
    const proxy = await bench.proxy({ generation: generation({}) });
    const { raw, errors } = client(httpPort(proxy));
    await accepted(proxy, 1);
    const startMs = performance.now();
    const closed = proxy.close(stop.signal);
    expect(await raw.end()).toBe('');
    await closed;
    expect(performance.now() - startMs).toBeLessThan(3000);
    expect(errors).toEqual([]);
  });
});

describe('tunnels, while the server closes', () => {
  const UPGRADE = 'GET /ws HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
  const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';

  async function tunnelled(
    drainTunnelsMs: number,
    onEnd: (end: () => void) => void,
  ): Promise<{ proxy: ProxyServer; raw: RawClient; errors: string[] }> {
    const { port } = await bench.raw((socket) => {
      socket.once('data', () => {
        socket.write(SWITCH);
        socket.on('data', (bytes) => socket.write(bytes));
      });
      socket.on('end', () => onEnd(() => socket.end()));
    });
    const proxy = await bench.proxy({ generation: generation({ 'a.test': { endpoints: [local(port)] } }), timeouts: { drainTunnelsMs } });
    const { raw, errors } = client(httpPort(proxy));
    raw.send(UPGRADE);
    await raw.until(/\r\n\r\n$/);
    raw.clear();
    return { proxy, raw, errors };
  }

  test('go on for a while, and are then ended in good order', async () => {
    let ends = 0;
    const { proxy, raw, errors } = await tunnelled(600, (end) => {
      ends++;
      end();
    });
    const startMs = performance.now();
    const closed = proxy.close(stop.signal);
    await delay(100);
    raw.send('still there');
    await raw.until(/^still there$/);
    while (!raw.ended) await delay(5);
    expect(performance.now() - startMs).toBeGreaterThan(500);
    expect(raw.closed).toBe(false);
    raw.socket.end();
    await closed;
    expect(performance.now() - startMs).toBeLessThan(3000);
    expect({ ends, errors }).toEqual({ ends: 1, errors: [] });
  });

  test('are cut when the two sides do not end', async () => {
    const { proxy, raw } = await tunnelled(1, () => {});
    const closed = proxy.close(stop.signal);
    const startMs = performance.now();
    await closed;
    expect(performance.now() - startMs).toBeLessThan(5000);
    await raw.end();
  });

  test('that open when their time is over are ended as well', async () => {
    const asked = Promise.withResolvers<void>();
    const agree = Promise.withResolvers<void>();
    const { port } = await bench.raw((socket) => {
      socket.once('data', () => asked.resolve());
      void agree.promise.then(() => socket.write(SWITCH));
      socket.on('end', () => socket.end());
    });
    const proxy = await bench.proxy({
      generation: generation({ 'a.test': { endpoints: [local(port)] } }),
      timeouts: { drainTunnelsMs: 1 },
    });
    const { raw } = client(httpPort(proxy));
    raw.send(UPGRADE);
    await asked.promise;
    const closed = proxy.close(stop.signal);
    await delay(20);
    agree.resolve();
    expect(await raw.end()).toMatch(/^HTTP\/1\.1 101 /);
    await closed;
  });
});
