import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exchange } from './testing/raw-client.ts';
import { generation, local } from './testing/routing-fixture.ts';
import { httpPort, TestBench } from './testing/test-proxy.ts';

let bench: TestBench;
beforeEach(() => {
  bench = new TestBench();
});
afterEach(() => bench.close());

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** A proxy in front of one endpoint that deals with its connections, in their order, as told; the last way goes on. */
async function facing(
  ...ways: readonly ((socket: Socket) => void)[]
): Promise<{ ask: (method: string) => Promise<string>; tries: () => number }> {
  let tries = 0;
  const { port } = await bench.raw((socket) => {
    const way = ways[Math.min(tries++, ways.length - 1)];
    socket.once('data', () => way?.(socket));
  });
  const proxy = await bench.proxy({ generation: generation({ 'a.test': { endpoints: [local(port)] } }), timeouts: { readMs: 100 } });
  const ask = (method: string): Promise<string> =>
    exchange(httpPort(proxy), `${method} / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc`);
  return { ask, tries: () => tries };
}

const close = (socket: Socket): unknown => socket.end();
const reset = (socket: Socket): unknown => socket.resetAndDestroy();
const silent = (): void => {};
const half = (socket: Socket): unknown => socket.write('HTTP/1.1 200 OK\r\nX-Half: ');
const halfAndClose = (socket: Socket): unknown => socket.end('HTTP/1.1 200 OK\r\n');
const serve = (socket: Socket): unknown => {
  socket.on('data', () => socket.write(OK));
  return socket.write(OK);
};

describe('a request that may be sent twice', () => {
  test.each([
    ['closed', close],
    ['reset', reset],
    ['silent', silent],
    ['silent in the middle of a head', half],
  ])('is tried again, with its body, when a new connection is %s', async (_how, way) => {
    const { ask, tries } = await facing(way, way, serve);
    for (const method of ['PUT', 'GET']) expect(await ask(method)).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nok$/);
    expect(tries()).toBe(3);
  });

  test.each([
    ['closed', close, 502],
    ['silent', silent, 504],
  ])('is given up after three tries (%s)', async (_how, way, status) => {
    const { ask, tries } = await facing(way, way, way, serve);
    expect(await ask('GET')).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(tries()).toBe(3);
  });

  test('is not tried again once bytes of an answer have come', async () => {
    const { ask, tries } = await facing(halfAndClose, serve);
    expect(await ask('GET')).toMatch(/^HTTP\/1\.1 502 /);
    expect(tries()).toBe(1);
  });
});

test.each(['POST', 'PATCH', 'LOCK'])('%s is sent once', async (method) => {
  const closing = await facing(close, serve);
  expect(await closing.ask(method)).toMatch(/^HTTP\/1\.1 502 /);
  expect(closing.tries()).toBe(1);
  const waiting = await facing(silent, serve);
  expect(await waiting.ask(method)).toMatch(/^HTTP\/1\.1 504 /);
  expect(waiting.tries()).toBe(1);
});
