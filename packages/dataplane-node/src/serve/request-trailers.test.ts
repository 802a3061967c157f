import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RawClient } from './testing/raw-client.ts';
import { generation, local } from './testing/routing-fixture.ts';
import { httpPort, TestBench } from './testing/test-proxy.ts';

let bench: TestBench;
beforeEach(() => {
  bench = new TestBench();
});
afterEach(() => bench.close());

describe('request trailers', () => {
  const HEAD = 'POST / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\nTrailer: X-Real-IP\r\nTransfer-Encoding: chunked\r\n\r\n';
  const BODY = '3\r\nabc\r\n0\r\nX-Real-IP: 6.6.6.6\r\nCookie: a=b\r\n\r\n';

  /** What an upstream gets of a body that is sent in these pieces. */
  async function bodyOf(...pieces: readonly string[]): Promise<string> {
    const whole = Promise.withResolvers<string>();
    let text = '';
    const { port } = await bench.raw((socket) => {
      socket.on('data', (bytes: Buffer) => {
        text += bytes.toString('latin1');
        if (/\r\n0\r\n[^]*\r\n\r\n$|\r\n0\r\n\r\n$/.test(text)) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      });
      socket.on('end', () => whole.resolve(text.slice(text.indexOf('\r\n\r\n') + 4)));
    });
    const proxy = await bench.proxy({ generation: generation({ 'a.test': { endpoints: [local(port)] } }) });
    const client = RawClient.to(httpPort(proxy));
    for (const piece of pieces) {
      client.send(piece);
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
    expect(await client.end()).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    return whole.promise;
  }

  test.each([
    ['at once', [HEAD + BODY]],
    ['after the head', [HEAD, BODY]],
    ['cut within the trailers', [HEAD + BODY.slice(0, 20), BODY.slice(20, 30), BODY.slice(30)]],
    ['cut before the last byte', [HEAD, BODY.slice(0, -1), BODY.slice(-1)]],
    ['cut after the last field', [HEAD, BODY.slice(0, -2), BODY.slice(-2)]],
  ])('do not reach the upstream (%s)', async (_how, pieces) => {
    expect(await bodyOf(...pieces)).toBe('3\r\nabc\r\n0\r\n\r\n');
  });
});
