import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { generation } from './testing/routing-fixture.ts';
import { RawClient } from './testing/raw-client.ts';
import { httpPort, portOf, TestBench } from './testing/test-proxy.ts';

let bench: TestBench | undefined;
afterEach(() => bench?.close());

test('connections are told apart by what is done with them', async () => {
  bench = new TestBench();
  const proxy = await bench.proxy({ generation: generation({}) });
  const [waiting, reading] = [RawClient.to(httpPort(proxy)), RawClient.to(httpPort(proxy))];
  waiting.send('GET / HTTP/1.1\r\nHost: b.test\r\n\r\n');
  await waiting.until(/<\/html>\r\n$/);
  reading.send('GET / HTTP/1.1\r\n');
  while (proxy.stats().states?.reading !== 1) await delay(1);
  expect(proxy.stats()).toMatchObject({ acceptedConnections: 2, activeConnections: 2, states: { reading: 1, writing: 0, waiting: 1 } });
});

test('a handshake that fails keeps nobody waiting', async () => {
  bench = new TestBench();
  const proxy = await bench.proxy({ generation: generation({}), tls: true });
  const socket = connect(portOf(proxy.addresses().https[0]), '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  await delay(20);
  const startMs = performance.now();
  const closed = proxy.close(new AbortController().signal);
  socket.end('no handshake');
  await closed;
  expect(performance.now() - startMs).toBeLessThan(900);
  expect(proxy.stats()).toMatchObject({ acceptedConnections: 0, activeConnections: 0 });
});
