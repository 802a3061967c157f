import type { Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RawClient } from './testing/raw-client.ts';
import { generation, local } from './testing/routing-fixture.ts';
import { httpPort, TestBench } from './testing/test-proxy.ts';

let bench: TestBench;
beforeEach(() => {
  bench = new TestBench();
});
afterEach(() => bench.close());

const UPGRADE = 'GET /ws HTTP/1.1\r\nHost: a.test\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: k\r\n\r\n';
const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nServer: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
const SWITCHED = 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n';

/** A proxy in front of an upstream that switches, says something along with its head, and then is left to `talk`. */
async function tunnel(talk: (socket: Socket, head: string) => void, readMs = 10_000): Promise<RawClient> {
  const { port } = await bench.raw((socket) => {
    let head = '';
    const onHead = (bytes: Buffer): void => {
      head += bytes.toString('latin1');
      if (!head.includes('\r\n\r\n')) return;
      socket.off('data', onHead);
      talk(socket, head);
    };
    socket.on('data', onHead);
  });
  const proxy = await bench.proxy({ generation: generation({ 'a.test': { endpoints: [local(port)] } }), timeouts: { readMs } });
  return RawClient.to(httpPort(proxy));
}

const echo = (socket: Socket): void => {
  socket.on('data', (bytes) => socket.write(bytes));
  socket.on('end', () => socket.end());
};

test('echoes, and loses nothing that came along with the heads', async () => {
  let head = '';
  const client = await tunnel((socket, text) => {
    head = text;
    socket.write(`${SWITCH}hello `);
    echo(socket);
  });
  client.send(`${UPGRADE}early `);
  await client.until(/early $/);
  client.send('late');
  expect(await client.until(/late$/)).toBe(`${SWITCHED}hello early late`);
  expect(head).toMatch(/\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n$/);
  client.socket.end();
  await client.end();
});

test('carries 20 MB both ways at once', async () => {
  const client = await tunnel((socket) => {
    socket.write(SWITCH);
    socket.on('data', (bytes) => {
      if (!socket.write(bytes)) {
        socket.pause();
        socket.once('drain', () => socket.resume());
      }
    });
    socket.on('end', () => socket.end());
  });
  client.send(UPGRADE);
  await client.until(/\r\n\r\n$/);
  client.clear();
  const body = Buffer.alloc(20_000_000, '0123456789abcdef-');
  client.socket.end(body);
  const text = await client.end();
  expect(text.length).toBe(body.length);
  expect(Buffer.from(text, 'latin1').equals(body)).toBe(true);
});

test('a side that ends may still be told things', async () => {
  const client = await tunnel((socket) => {
    socket.write(SWITCH);
    socket.on('data', () => {});
    socket.on('end', () => socket.end('after the end'));
  });
  client.send(UPGRADE);
  await client.until(/\r\n\r\n$/);
  client.socket.end('bye');
  expect(await client.end()).toBe(`${SWITCHED}after the end`);
});

test('is cut when one side breaks, and when nothing moves', async () => {
  const breaking = await tunnel((socket) => {
    socket.write(SWITCH);
    socket.on('data', () => socket.resetAndDestroy());
  });
  breaking.send(UPGRADE);
  await breaking.until(/\r\n\r\n$/);
  breaking.send('x');
  await breaking.end();
  const idle = await tunnel((socket) => socket.write(SWITCH), 100);
  idle.send(UPGRADE);
  expect(await idle.end()).toBe(SWITCHED);
});

test('an upstream that does not switch answers as usual', async () => {
  const client = await tunnel((socket) => socket.write('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno'));
  client.send(`${UPGRADE}GET / HTTP/1.1\r\nHost: b.test\r\nConnection: close\r\n\r\n`);
  expect(await client.end()).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n[^]*\r\n\r\nnoHTTP\/1\.1 404 /);
});
