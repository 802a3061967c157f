import { connect, createServer } from 'node:net';
import { silentLogger } from '@sluice/core';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { nodeOptions } from '../options.ts';
import { ProxyServer } from '../serve/proxy-server.ts';
import { exchange } from '../serve/testing/raw-client.ts';
import { portOf, TestBench } from '../serve/testing/test-proxy.ts';
import { NodeDataplane } from './node-dataplane.ts';

const bench = new TestBench();
afterEach(() => bench.close());

const host = '127.0.0.1';
const never = new AbortController().signal;

function dataplaneOn(port: number, lines: string[] = []): NodeDataplane {
  const admin = { host, port: 0 };
  return new NodeDataplane({
    options: nodeOptions.parse({}),
    listen: { http: [{ host, port }], https: [{ host, port: 0 }], admin },
    logger: silentLogger,
    metrics: undefined,
    tracing: undefined,
    writeAccessLog: (text) => void lines.push(text.toString('latin1')),
  });
}

async function refuses(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ port, host })
    .on('connect', () => resolve(false))
    .on('error', () => resolve(true));
  const refused = await promise;
  socket.destroy();
  return refused;
}

/** How many timers of the access log run. */
function watchedIntervals(): () => number {
  const running = new Set<unknown>();
  const [set, clear] = [globalThis.setInterval, globalThis.clearInterval];
  vi.spyOn(globalThis, 'setInterval').mockImplementation((...given) => {
    const timer = set(...given);
    running.add(timer);
    return timer;
  });
  vi.spyOn(globalThis, 'clearInterval').mockImplementation((timer) => {
    running.delete(timer);
    clear(timer);
  });
  return () => running.size;
}

describe('stop', () => {
  test('writes the rest of the access log and leaves no timer behind', async () => {
    const intervals = watchedIntervals();
    const lines: string[] = [];
    const dataplane = dataplaneOn(0, lines);
    await dataplane.start(never);
    expect(intervals()).toBe(2);
    await exchange(portOf(dataplane.addresses().http[0]), 'GET /last HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n');
    await dataplane.stop(never);
    expect(lines.join('')).toContain('"GET /last HTTP/1.1" 503');
    expect(intervals()).toBe(0);
  });
});

describe('start', () => {
  test('that is aborted before it begins opens nothing', async () => {
    const port = await bench.closedPort();
    const reason = new Error('stopped');
    await expect(dataplaneOn(port).start(AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(await refuses(port)).toBe(true);
  });

  test('that is aborted while the certificate is made opens nothing', async () => {
    const listen = vi.spyOn(ProxyServer.prototype, 'listen');
    const controller = new AbortController();
    const started = dataplaneOn(await bench.closedPort()).start(controller.signal);
    controller.abort();
    await expect(started).rejects.toBe(controller.signal.reason);
    expect(listen).not.toHaveBeenCalled();
  });

  test('that is aborted while it opens leaves nothing open, nor a timer', async () => {
    const intervals = watchedIntervals();
    const port = await bench.closedPort();
    const controller = new AbortController();
    const { listen } = ProxyServer.prototype;
    vi.spyOn(ProxyServer.prototype, 'listen').mockImplementation(async function opening(this: ProxyServer) {
      await listen.call(this);
      controller.abort();
    });
    const dataplane = dataplaneOn(port);
    await expect(dataplane.start(controller.signal)).rejects.toMatchObject({ name: 'AbortError' });
    expect(await refuses(port)).toBe(true);
    expect(await dataplane.health()).toMatchObject({ healthy: false });
    expect(intervals()).toBe(0);
  });

  test('on an address in use is SLU3001, and leaves no timer', async () => {
    const intervals = watchedIntervals();
    const taken = createServer();
    await new Promise<void>((resolve) => void taken.listen(0, host, resolve));
    await expect(dataplaneOn(portOf(taken.address())).start(never)).rejects.toMatchObject({ code: 'SLU3001' });
    expect(intervals()).toBe(0);
    taken.close();
  });
});
