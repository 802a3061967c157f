import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { connect } from 'node:tls';
import { constants, gunzipSync } from 'node:zlib';
import { compileLogFormat, parseLogFormat } from '@sluice/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BatchedAccessLog } from './access-log.ts';
import { chunksOf } from './testing/chunks.ts';
import { brotli, compressing, gzip } from './testing/compressing.ts';
import { RawClient } from './testing/raw-client.ts';
import { httpPort, portOf, TestBench } from './testing/test-proxy.ts';

let bench: TestBench;
beforeEach(() => {
  bench = new TestBench();
});
afterEach(() => bench.close());

const ASK = 'GET / HTTP/1.1\r\nHost: a.test\r\nAccept-Encoding: gzip\r\n\r\n';
const bodyOf = (text: string): string => text.slice(text.indexOf('\r\n\r\n') + 4);
/** What of a body that is not complete can be read already. */
const readable = (text: string): string =>
  gunzipSync(chunksOf(bodyOf(text)).data, { finishFlush: constants.Z_SYNC_FLUSH }).toString('latin1');

test('each piece of a slow answer arrives by itself', async () => {
  const pieces = ['data: 1\n\n', 'data: two\n\n', `data: ${'3'.repeat(5000)}\n\n`];
  let send: (piece: string | undefined) => void = () => {};
  const { port } = await bench.http((_request, response) => {
    response.setHeader('Content-Type', 'text/event-stream');
    response.flushHeaders();
    send = (piece) => void (piece === undefined ? response.end() : response.write(piece));
  });
  const proxy = await bench.proxy({ generation: compressing(port, { gzip }) });
  const client = RawClient.to(httpPort(proxy));
  client.send(ASK);
  await client.until(/\r\n\r\n/);
  let expected = '';
  for (const piece of pieces) {
    expected += piece;
    send(piece);
    await client.until((text) => bodyOf(text) !== '' && readable(text) === expected);
  }
  send(undefined);
  await client.until((text) => chunksOf(bodyOf(text)).complete);
  expect(gunzipSync(chunksOf(bodyOf(client.received)).data).toString()).toBe(expected);
  client.destroy();
});

test('the connections of both sides serve the next request, and the log has what was sent', async () => {
  const { port, sockets } = await bench.raw((socket) =>
    socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2000\r\n\r\n' + 'x'.repeat(2000))),
  );
  const logged: string[] = [];
  const format = '$status $bytes_sent $body_bytes_sent $upstream_response_length';
  const accessLog = new BatchedAccessLog(compileLogFormat(parseLogFormat(format, 'default').format), (lines) =>
    logged.push(lines.toString('latin1')),
  );
  const proxy = await bench.proxy({ generation: compressing(port, { gzip, brotli }), accessLog });
  const client = RawClient.to(httpPort(proxy));
  const lines: string[] = [];
  for (const _round of [1, 2]) {
    client.clear();
    client.send(ASK);
    const text = await client.until((received) => chunksOf(bodyOf(received)).complete);
    expect(gunzipSync(chunksOf(bodyOf(text)).data).toString()).toBe('x'.repeat(2000));
    lines.push(`200 ${text.length} ${bodyOf(text).length} 2000\n`);
  }
  // Pipelined ones are answered one after the other.
  client.clear();
  client.send(ASK + ASK);
  await client.until((received) => received.split('HTTP/1.1 200').length === 3 && received.endsWith('\r\n0\r\n\r\n'));
  expect(sockets.size).toBe(1);
  client.destroy();
  accessLog.close();
  expect(logged.join('').startsWith(lines.join(''))).toBe(true);
});

test.each([
  ['ends too early', (socket: Socket) => socket.end()],
  ['breaks its chunks', (socket: Socket) => socket.write('zz\r\n')],
])('a client is cut when the upstream %s', async (_name, spoil) => {
  let upstream: Socket | undefined;
  const { port } = await bench.raw((socket) => {
    upstream = socket;
    socket.once('data', () =>
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n'),
    );
  });
  const proxy = await bench.proxy({ generation: compressing(port, { gzip }) });
  const client = RawClient.to(httpPort(proxy));
  client.send(ASK);
  await client.until((text) => bodyOf(text) !== '' && readable(text) === 'abc');
  if (upstream !== undefined) spoil(upstream);
  expect(chunksOf(bodyOf(await client.end())).complete).toBe(false);
});

describe('flow', () => {
  const BLOCK = Buffer.alloc(100_000);
  // Noise from a counter: zlib makes nothing shorter of it, so that what the client does not take would have to be kept.
  for (let at = 0; at < BLOCK.length; at += 32) createHash('sha256').update(String(at)).digest().copy(BLOCK, at);

  /** An upstream of this many blocks; tells how many it has written. */
  const blocks = async (count: number): Promise<{ port: number; written: () => number; closed: Promise<void> }> => {
    let written = 0;
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    const { port } = await bench.http((_request, response) => {
      response.setHeader('Content-Type', 'text/plain');
      response.on('close', resolve);
      const more = (): void => {
        while (written < count) {
          written++;
          if (!response.write(BLOCK)) return void response.once('drain', more);
        }
        response.end();
      };
      more();
    });
    return { port, written: () => written, closed };
  };

  test('makes the upstream wait when the client does not read; all is let go of when it goes away', async () => {
    const { port, written, closed } = await blocks(2000);
    const proxy = await bench.proxy({ generation: compressing(port, { gzip }) });
    const client = RawClient.to(httpPort(proxy));
    client.send(ASK);
    await client.until(/\r\n\r\n/);
    client.socket.pause();
    let before = -1;
    while (before !== written()) {
      before = written();
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    // Buffers of the system take some megabytes; without back pressure all 200 MB would be in the proxy.
    expect(written()).toBeGreaterThan(1);
    expect(written()).toBeLessThan(1000);
    client.destroy();
    await closed;
  });

  test.each([false, true])('a large answer reaches a slow client whole (TLS: %s)', { timeout: 60_000 }, async (tls) => {
    const { port } = await blocks(200);
    const proxy = await bench.proxy({ generation: compressing(port, { gzip }), tls });
    const secure = tls ? connect({ port: portOf(proxy.addresses().https[0]), host: '127.0.0.1', rejectUnauthorized: false }) : undefined;
    const client = secure === undefined ? RawClient.to(httpPort(proxy)) : new RawClient(secure);
    client.send(ASK.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
    const { socket } = client;
    let reads = 0;
    socket.on('data', () => {
      if (++reads % 20 !== 0) return;
      socket.pause();
      setTimeout(() => socket.resume(), 1);
    });
    const { data, complete } = chunksOf(bodyOf(await client.end()));
    expect(complete).toBe(true);
    const expected = createHash('sha1');
    for (let count = 0; count < 200; count++) expected.update(BLOCK);
    expect(createHash('sha1').update(gunzipSync(data)).digest('hex')).toBe(expected.digest('hex'));
  });
});
