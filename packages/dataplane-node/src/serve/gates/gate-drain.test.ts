import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { annotatedModel, generationOf } from '../testing/annotated-proxy.ts';
import { RawClient } from '../testing/raw-client.ts';
import { httpPort, TestBench } from '../testing/test-proxy.ts';

let bench: TestBench;
beforeEach(() => {
  bench = new TestBench();
});
afterEach(() => bench.close());

const GET = 'GET / HTTP/1.1\r\nHost: a.test\r\n\r\n';
const COUNT = 50;

/** Requests that wait for an authority, which has them all and has said nothing yet. */
async function waiting() {
  const asking = new Set<Socket>();
  const authority = await bench.raw((socket) => {
    socket.on('end', () => socket.end());
    socket.on('close', () => asking.delete(socket));
    socket.once('data', () => asking.add(socket));
  });
  const upstream = await bench.http((_, response) => response.end('served'));
  const annotations = { 'auth-url': `http://127.0.0.1:${authority.port}/` };
  const proxy = await bench.proxy({ generation: generationOf(annotatedModel(upstream.port, annotations)) });
  const clients = Array.from({ length: COUNT }, () => RawClient.to(httpPort(proxy)));
  for (const client of clients) client.send(GET);
  await vi.waitFor(() => expect(asking.size).toBe(COUNT), { timeout: 5000 });
  return { proxy, clients, asking };
}

test('requests that wait for an authority while the server closes are answered', async () => {
  const { proxy, clients, asking } = await waiting();
  const closed = proxy.close(new AbortController().signal);
  await delay(20);
  for (const socket of asking) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
  for (const client of clients) expect(await client.end()).toMatch(/^HTTP\/1\.1 200 [^]*Connection: close\r\n[^]*served$/);
  await closed;
  await vi.waitFor(() => expect(asking.size).toBe(0));
});

test('a server that may not wait any longer leaves no question behind', async () => {
  const { proxy, clients, asking } = await waiting();
  await proxy.close(AbortSignal.abort());
  for (const client of clients) await client.end();
  await vi.waitFor(() => expect(asking.size).toBe(0));
});

test('questions of clients that have left are not asked any more', async () => {
  const { proxy, clients, asking } = await waiting();
  for (const client of clients) client.destroy();
  await vi.waitFor(() => expect(asking.size).toBe(0));
  expect(proxy.stats().activeConnections).toBe(0);
});
