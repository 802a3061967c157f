import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exchange, RawClient } from './testing/raw-client.ts';
import { generation, local } from './testing/routing-fixture.ts';
import { httpPort, TestBench } from './testing/test-proxy.ts';

let bench: TestBench;
let port: number;
beforeEach(async () => {
  bench = new TestBench();
  const upstream = await bench.http(async (request, response) => {
    let text = '';
    for await (const part of request) text += String(part);
    response.end(`<${request.method} ${request.url} ${text}>`);
  });
  port = httpPort(
    await bench.proxy({
      generation: generation({
        'a.test': { endpoints: [local(upstream.port)] },
        's.test': { endpoints: [local(upstream.port)], httpsRedirect: true },
        'r.test': { respond: 200 },
      }),
    }),
  );
});
afterEach(() => bench.close());

describe('pipelined requests', () => {
  test('are answered in order, whoever answers', async () => {
    const get = (host: string, path: string): string => `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
    const answer = await exchange(
      port,
      `${get('a.test', '/1')}${get('b.test', '/2')}\r\n${get('a.test', '/3')}POST /4 HTTP/1.1\r\nHost: a.test\r\nContent-Length: 3\r\n\r\nabc${get('s.test', '/5')}GET /6 HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n`,
    );
    expect(answer.match(/<(GET|POST) [^>]*>|HTTP\/1.1 \d+/g)).toEqual([
      'HTTP/1.1 200',
      '<GET /1 >',
      'HTTP/1.1 404',
      'HTTP/1.1 200',
      '<GET /3 >',
      'HTTP/1.1 200',
      '<POST /4 abc>',
      'HTTP/1.1 308',
      'HTTP/1.1 200',
      '<GET /6 >',
    ]);
  });

  test('in thousands, in pieces of any size', async () => {
    const client = RawClient.to(port);
    const text =
      'GET / HTTP/1.1\r\nHost: a.test\r\n\r\nGET / HTTP/1.1\r\nHost: b.test\r\n\r\nPOST /x HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n'.repeat(
        700,
      );
    for (let at = 0, size = 1; at < text.length; at += size, size = (size * 7) % 5003) client.send(text.slice(at, at + size));
    await client.until((received) => received.match(/<POST \/x abc>/g)?.length === 700);
    expect(client.received.match(/HTTP\/1\.1 404/g)).toHaveLength(700);
    client.destroy();
  });

  test('that we answer ourselves do not pile up when the client does not read', async () => {
    const client = RawClient.to(port);
    client.socket.pause();
    const block = Buffer.from('GET / HTTP/1.1\r\nHost: b.test\r\n\r\n'.repeat(30_000));
    let sent = 0;
    while (sent < 100 && client.socket.writableLength < 4_000_000) {
      client.socket.write(block);
      sent++;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(sent).toBeLessThan(100);
    client.destroy();
  });
});

describe('persistence', () => {
  test('HTTP/1.0 keeps the connection only when asked', async () => {
    expect(await exchange(port, 'GET /1 HTTP/1.0\r\nHost: a.test\r\n\r\n')).toMatch(/\r\nConnection: close\r\n\r\n<GET \/1 >$/);
    const client = RawClient.to(port);
    client.send('GET /1 HTTP/1.0\r\nHost: a.test\r\nConnection: keep-alive\r\n\r\n');
    expect(await client.until(/<GET \/1 >/)).toMatch(/\r\nConnection: keep-alive\r\n/);
    client.send('GET /2 HTTP/1.0\r\nHost: a.test\r\n\r\n');
    expect(await client.end()).toMatch(/<GET \/2 >$/);
  });

  test('a small body that nobody wants is read, a large one ends the connection', async () => {
    const small = `POST / HTTP/1.1\r\nHost: b.test\r\nContent-Length: 60000\r\n\r\n`;
    const client = RawClient.to(port);
    client.send(small);
    client.send('x'.repeat(60_000));
    client.send('GET /after HTTP/1.1\r\nHost: a.test\r\n\r\n');
    expect(await client.until(/<GET \/after >/)).not.toMatch(/Connection: close/);
    client.clear();
    client.send('POST / HTTP/1.1\r\nHost: b.test\r\nContent-Length: 70000\r\n\r\nx');
    expect(await client.end()).toMatch(/^HTTP\/1\.1 404 [^]*\r\nConnection: close\r\n/);
  });

  test('an unanswered Expect ends the connection: the body may or may not come', async () => {
    expect(await exchange(port, 'POST / HTTP/1.1\r\nHost: b.test\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 404 [^]*\r\nConnection: close\r\n/,
    );
  });
});

describe('answers of our own', () => {
  test('have the shape of nginx pages', async () => {
    const answer = await exchange(port, 'GET / HTTP/1.1\r\nHost: b.test\r\nConnection: close\r\n\r\n');
    expect(answer.replace(/Date: [^\r]*/, 'Date: D')).toBe(
      'HTTP/1.1 404 Not Found\r\nDate: D\r\nContent-Type: text/html\r\nContent-Length: 147\r\nConnection: close\r\n\r\n<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n<center><h1>404 Not Found</h1></center>\r\n<hr><center>sluice</center>\r\n</body>\r\n</html>\r\n',
    );
  });

  test('have no body for HEAD', async () => {
    expect(await exchange(port, 'HEAD / HTTP/1.1\r\nHost: b.test\r\nConnection: close\r\n\r\n')).toMatch(
      /Content-Length: 147\r\nConnection: close\r\n\r\n$/,
    );
  });

  test('redirect with a Location', async () => {
    expect(await exchange(port, 'GET /x?q=1 HTTP/1.1\r\nHost: S.test:80\r\nConnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 308 Permanent Redirect\r\n[^]*\r\nLocation: https:\/\/S\.test\/x\?q=1\r\n/,
    );
  });

  test.each([
    ['NONSENSE\r\n\r\n', 400],
    ['GET /\r\n', 400],
    ['GET / HTTP/1.1\r\n\r\n', 400],
    ['GET / HTTP/1.1\r\nHost: a/b\r\n\r\n', 400],
    ['GET /../x HTTP/1.1\r\nHost: a.test\r\n\r\n', 400],
    ['POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 400],
    ['TRACE / HTTP/1.1\r\nHost: a.test\r\n\r\n', 405],
    ['CONNECT a.test:443 HTTP/1.1\r\nHost: a.test\r\n\r\n', 405],
    ['GET / HTTP/2.0\r\nHost: a.test\r\n\r\n', 505],
    [`GET /${'x'.repeat(70_000)} HTTP/1.1\r\nHost: a.test\r\n\r\n`, 414],
    [`GET / HTTP/1.1\r\nHost: a.test\r\nX: ${'y'.repeat(70_000)}\r\n\r\n`, 431],
  ])('%# end the connection', async (request, status) => {
    const answer = await exchange(port, `${request}GET / HTTP/1.1\r\nHost: a.test\r\n\r\n`);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [^]*\\r\\nConnection: close\\r\\n`));
    expect(answer.match(/HTTP\/1\.1 \d\d\d/g)).toHaveLength(1);
  });

  test('a large head that fits is served', async () => {
    expect(
      await exchange(port, `GET /${'x'.repeat(30_000)} HTTP/1.1\r\nHost: a.test\r\nX: ${'y'.repeat(8000)}\r\nConnection: close\r\n\r\n`),
    ).toMatch(/^HTTP\/1\.1 (200|431)/);
  });
});

test('clients that say nothing, or stop in the middle, are given up', async () => {
  const slow = httpPort(
    await bench.proxy({
      timeouts: { headerMs: 100, idleClientMs: 100, sendMs: 100 },
      generation: generation({ 'r.test': { respond: 404 }, 'a.test': { endpoints: [local(await bench.canned('', false))] } }),
    }),
  );
  expect(await exchange(slow, '')).toBe('');
  expect(await exchange(slow, 'GET / HTTP/1.1\r\nHos')).toMatch(/^HTTP\/1\.1 408 /);
  expect(await exchange(slow, 'GET / HTTP/1.1\r\nHost: r.test\r\n\r\n')).toMatch(/^HTTP\/1\.1 404 /);
  expect(await exchange(slow, 'POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 5\r\n\r\nab')).toMatch(/^HTTP\/1\.1 408 /);
});
