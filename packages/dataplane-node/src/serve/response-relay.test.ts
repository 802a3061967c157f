import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { chunksOf } from './testing/chunks.ts';
import { exchange, RawClient } from './testing/raw-client.ts';
import { generation, local } from './testing/routing-fixture.ts';
import { httpPort, TestBench } from './testing/test-proxy.ts';

let bench: TestBench;
beforeEach(() => {
  bench = new TestBench();
});
afterEach(() => bench.close());

/** What a client gets from an upstream that answers with these bytes. */
async function relayed(
  answer: string,
  request = 'GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n',
  end = false,
): Promise<string> {
  const port = await bench.canned(answer, end);
  const proxy = await bench.proxy({ generation: generation({ 'a.test': { endpoints: [local(port)] } }) });
  return exchange(httpPort(proxy), request);
}

const http10 = 'GET / HTTP/1.0\r\nHost: a.test\r\n\r\n';
const DATE = 'Date: Tue, 24 Nov 2026 07:00:00 GMT\r\n';

describe('response head', () => {
  test('passes in order, without what is about the connection and without Server', async () => {
    const answer = await relayed(
      `HTTP/1.1 418 I'm a \xe4 teapot\r\nServer: x\r\nX-B: 1\r\n${DATE}Connection: keep-alive, X-Hop\r\nKeep-Alive: timeout=5\r\nX-Hop: 1\r\nSet-Cookie: a\r\nSet-Cookie: b\r\nUpgrade: h2\r\nContent-Length: 2\r\n\r\nok`,
    );
    expect(answer).toBe(
      `HTTP/1.1 418 I'm a \xe4 teapot\r\nX-B: 1\r\n${DATE}Set-Cookie: a\r\nSet-Cookie: b\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok`,
    );
  });

  test('that comes byte by byte is the same head', async () => {
    const text = `HTTP/1.1 200 OK\r\n${DATE}Server: x\r\nContent-Length: 2\r\n\r\nok`;
    const { port } = await bench.raw((socket) => {
      socket.setNoDelay(true);
      socket.once('data', async () => {
        for (const character of text) {
          socket.write(character);
          await new Promise((resolve) => setImmediate(resolve));
        }
      });
    });
    const proxy = await bench.proxy({ generation: generation({ 'a.test': { endpoints: [local(port)] } }) });
    expect(await exchange(httpPort(proxy), 'GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n')).toBe(
      `HTTP/1.1 200 OK\r\n${DATE}Content-Length: 2\r\nConnection: close\r\n\r\nok`,
    );
  });

  test('of an HTTP/1.0 server, and without a reason phrase', async () => {
    expect(await relayed(`HTTP/1.0 200\r\n${DATE}\r\nok`, undefined, true)).toBe(`HTTP/1.1 200\r\n${DATE}Connection: close\r\n\r\nok`);
  });

  test.each([
    ['a folded line', 'HTTP/1.1 200 OK\r\nX: 1\r\n 2\r\nContent-Length: 0\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n'],
    ['another coding', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n'],
    ['broken chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'],
    ['another protocol', 'HTTP/2.0 200 OK\r\n\r\n'],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
    ['101 that nobody asked for', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n'],
    ['an endless head', `HTTP/1.1 200 OK\r\nX: ${'y'.repeat(140_000)}`],
  ])('is refused with 502: %s', async (_name, answer) => {
    expect(await relayed(answer)).toMatch(/^HTTP\/1\.1 502 Bad Gateway\r\n/);
  });

  test('Date is added when the upstream sent none', async () => {
    expect(await relayed('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')).toMatch(/^Date: \w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT\r$/m);
  });

  test('a head of many kilobytes passes', async () => {
    const long = 'z'.repeat(60_000);
    expect(await relayed(`HTTP/1.1 200 OK\r\n${DATE}X: ${long}\r\nContent-Length: 2\r\n\r\nok`)).toBe(
      `HTTP/1.1 200 OK\r\n${DATE}X: ${long}\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok`,
    );
  });
});

describe('interim responses', () => {
  const hints = 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n';

  test('are passed on', async () => {
    expect(await relayed(`HTTP/1.1 102 Processing\r\n\r\n${hints}HTTP/1.1 200 OK\r\n${DATE}Content-Length: 0\r\n\r\n`)).toBe(
      `HTTP/1.1 102 Processing\r\n\r\n${hints}HTTP/1.1 200 OK\r\n${DATE}Content-Length: 0\r\nConnection: close\r\n\r\n`,
    );
  });

  test('are kept from HTTP/1.0 clients', async () => {
    expect(await relayed(`${hints}HTTP/1.1 200 OK\r\n${DATE}Content-Length: 0\r\n\r\n`, http10)).toBe(
      `HTTP/1.1 200 OK\r\n${DATE}Content-Length: 0\r\nConnection: close\r\n\r\n`,
    );
  });
});

describe('response body', () => {
  const chunked = `HTTP/1.1 200 OK\r\n${DATE}Transfer-Encoding: chunked\r\nTrailer: T\r\n\r\n`;

  test('chunked passes as it is, with trailers', async () => {
    expect(await relayed(`${chunked}3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: 1\r\n\r\n`)).toMatch(
      /\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: 1\r\n\r\n$/,
    );
  });

  test('chunked is decoded for HTTP/1.0', async () => {
    expect(
      await relayed(
        `${chunked}3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: 1\r\n\r\n`,
        'GET / HTTP/1.0\r\nHost: a.test\r\nConnection: keep-alive\r\n\r\n',
      ),
    ).toBe(`HTTP/1.1 200 OK\r\n${DATE}Trailer: T\r\nConnection: close\r\n\r\nabcde`);
  });

  test('broken chunks cut the client', async () => {
    const { port } = await bench.raw((socket) => {
      socket.once('data', () => {
        socket.write(`${chunked}3\r\nabc\r\n`);
        setTimeout(() => socket.write('zz\r\n'), 20);
      });
    });
    const proxy = await bench.proxy({ generation: generation({ 'a.test': { endpoints: [local(port)] } }) });
    expect(await exchange(httpPort(proxy), 'GET / HTTP/1.1\r\nHost: a.test\r\n\r\n')).toMatch(/3\r\nabc\r\n$/);
  });

  test('until close is passed with Connection: close', async () => {
    expect(await relayed(`HTTP/1.1 200 OK\r\n${DATE}\r\nabc`, 'GET / HTTP/1.1\r\nHost: a.test\r\n\r\n', true)).toBe(
      `HTTP/1.1 200 OK\r\n${DATE}Connection: close\r\n\r\nabc`,
    );
  });
});

describe('end and flow of the response body', () => {
  test.each([
    ['HEAD', 'HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n', /Content-Length: 5\r\nDate: [^\r]*\r\n\r\n$/],
    ['204', 'GET', 'HTTP/1.1 204 No Content\r\n\r\n', /^HTTP\/1\.1 204 No Content\r\nDate: [^\r]*\r\n\r\n$/],
    ['304', 'GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n', /Content-Length: 5\r\nDate: [^\r]*\r\n\r\n$/],
  ])('is not awaited for %s, and the connection stays', async (_name, method, answer, expected) => {
    const { port, sockets } = await bench.raw((socket) => socket.on('data', () => socket.write(answer)));
    const proxy = await bench.proxy({ generation: generation({ 'a.test': { endpoints: [local(port)] } }) });
    const client = RawClient.to(httpPort(proxy));
    for (let round = 0; round < 2; round++) {
      client.clear();
      client.send(`${method} / HTTP/1.1\r\nHost: a.test\r\n\r\n`);
      expect(await client.until(/\r\n\r\n/)).toMatch(expected);
    }
    expect(sockets.size).toBe(1);
    client.destroy();
  });

  test.each(['length', 'chunked', 'close', 'HTTP/1.0'])('of 20 MB reaches a slow reader whole (%s)', async (framing) => {
    const body = Buffer.alloc(20_000_000, 'abcdefghijk');
    const { port } = await bench.http((_request, response) => {
      if (framing === 'length') response.setHeader('Content-Length', body.length);
      if (framing === 'close') response.removeHeader('Transfer-Encoding');
      for (let at = 0; at < body.length; at += 100_000) response.write(body.subarray(at, at + 100_000));
      response.end();
    });
    const proxy = await bench.proxy({ generation: generation({ 'a.test': { endpoints: [local(port)] } }) });
    const client = RawClient.to(httpPort(proxy));
    client.send(`GET / HTTP/${framing === 'HTTP/1.0' ? '1.0' : '1.1'}\r\nHost: a.test\r\nConnection: close\r\n\r\n`);
    let reads = 0;
    client.socket.on('data', () => {
      if (++reads % 20 !== 0) return;
      client.socket.pause();
      setTimeout(() => client.socket.resume(), 1);
    });
    const text = await client.end();
    const received = text.slice(text.indexOf('\r\n\r\n') + 4);
    const data = framing === 'chunked' ? chunksOf(received).data.toString('latin1') : received;
    expect(data.length).toBe(body.length);
    expect(createHash('sha1').update(data, 'latin1').digest('hex')).toBe(createHash('sha1').update(body).digest('hex'));
  });

  test('makes the upstream wait when the client does not read', async () => {
    let written = 0;
    const { port } = await bench.http((_request, response) => {
      const block = Buffer.alloc(100_000);
      const more = (): void => {
        while (written < 2000 && response.write(block)) written++;
        if (written < 2000) response.once('drain', more);
      };
      more();
    });
    const proxy = await bench.proxy({ generation: generation({ 'a.test': { endpoints: [local(port)] } }) });
    const client = RawClient.to(httpPort(proxy));
    client.send('GET / HTTP/1.1\r\nHost: a.test\r\n\r\n');
    await client.until(/\r\n\r\n/);
    client.socket.pause();
    let before = -1;
    while (before !== written) {
      before = written;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    // Socket buffers of the system take some megabytes; without back-pressure all 200 MB would be in the proxy.
    expect(written).toBeLessThan(1000);
    client.destroy();
  });
});

test('what is written while the client does not read arrives unharmed', async () => {
  const body = Buffer.alloc(10_000_000, 'abcdefghijk');
  const hints = `HTTP/1.1 103 Early Hints\r\nLink: ${'x'.repeat(30_000)}\r\n\r\n`;
  const { port } = await bench.raw((socket) => {
    socket.once('data', () => {
      for (let count = 0; count < 300; count++) socket.write(hints);
      socket.write(`HTTP/1.1 200 OK\r\n${DATE}Content-Length: ${body.length}\r\n\r\n`);
      socket.write(body);
    });
  });
  const proxy = await bench.proxy({ generation: generation({ 'a.test': { endpoints: [local(port)] } }) });
  const client = RawClient.to(httpPort(proxy));
  client.socket.pause();
  client.send('GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n');
  setTimeout(() => client.socket.resume(), 100);
  const text = await client.end();
  const head = `HTTP/1.1 200 OK\r\n${DATE}Content-Length: ${body.length}\r\nConnection: close\r\n\r\n`;
  expect(text === hints.repeat(300) + head + body.toString('latin1')).toBe(true);
});

test('an answer before the end of the request is passed on, then the connection ends', async () => {
  const port = await bench.canned(`HTTP/1.1 413 Too Large\r\n${DATE}Content-Length: 2\r\n\r\nno`, false);
  const proxy = await bench.proxy({ generation: generation({ 'a.test': { endpoints: [local(port)] } }) });
  const client = RawClient.to(httpPort(proxy));
  client.send(`POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 10000000\r\n\r\n${'x'.repeat(100_000)}`);
  expect(await client.end()).toBe(`HTTP/1.1 413 Too Large\r\n${DATE}Content-Length: 2\r\nConnection: close\r\n\r\nno`);
});

test('an upstream connection with bytes too many is not used again', async () => {
  let connections = 0;
  const { port } = await bench.raw((socket) => {
    connections++;
    socket.on('data', () =>
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison'),
    );
  });
  const proxy = await bench.proxy({ generation: generation({ 'a.test': { endpoints: [local(port)] } }) });
  const client = RawClient.to(httpPort(proxy));
  client.send('GET / HTTP/1.1\r\nHost: a.test\r\n\r\n'.repeat(3));
  const text = await client.until((received) => received.match(/\r\n\r\nok/g)?.length === 3);
  expect(text).not.toContain('poison');
  expect(connections).toBe(3);
  client.destroy();
});
