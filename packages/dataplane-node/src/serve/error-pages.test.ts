import type { IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RecordedRequests } from './testing/recorded-requests.ts';
import { exchange, RawClient } from './testing/raw-client.ts';
import { generationOf, ingressFor, serviceAt } from './testing/served-objects.ts';
import { httpPort, TestBench } from './testing/test-proxy.ts';

let bench: TestBench;
beforeEach(() => {
  bench = new TestBench();
});
afterEach(() => bench.close());

interface Asked {
  readonly line: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** An upstream that answers with the status in the path, a default backend that answers 418, and what the latter was asked. */
async function serving(annotations: Readonly<Record<string, string>>, host = 'errors.test', service = 'a') {
  const asked: Asked[] = [];
  const upstream = await bench.http((request, response) => {
    request.resume();
    response.statusCode = Number(/\d+/.exec(request.url ?? '')?.[0] ?? 200);
    response.end('from the upstream');
  });
  const fallback = await bench.http(async (request, response) => {
    let body = '';
    for await (const piece of request) body += String(piece);
    asked.push({ line: `${request.method} ${request.url}`, headers: request.headers, body });
    response.statusCode = 418;
    response.end('from the default backend');
  });
  const served = generationOf(
    ...serviceAt('a', upstream.port),
    ...serviceAt('c', fallback.port),
    ...serviceAt('down', await bench.closedPort()),
    ...serviceAt('none'),
    ingressFor(host, service, annotations),
  );
  const proxy = await bench.proxy({ generation: served });
  return { port: httpPort(proxy), asked };
}

const get = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: errors.test\r\nConnection: close\r\n${more}\r\n`;
const both = { 'custom-http-errors': '404,413,500,502', 'default-backend': 'c' };

describe('an error of the upstream', () => {
  test('is answered by the default backend, which is told about it', async () => {
    const { port, asked } = await serving(both);
    const answer = await exchange(port, get('/status/404?x=1', 'Accept: text/css\r\nX-Request-ID: mine\r\nX-Code: 1\r\nX-Own: o\r\n'));
    expect(answer).toMatch(/^HTTP\/1\.1 418 [^]*from the default backend/);
    expect(asked).toMatchObject([
      {
        line: 'GET /',
        body: '',
        headers: {
          host: 'errors.test',
          'x-code': '404',
          'x-format': 'text/css',
          'x-original-uri': '/status/404?x=1',
          'x-namespace': 'default',
          'x-ingress-name': 'errors',
          'x-service-name': 'a',
          'x-service-port': '80',
          'x-request-id': 'mine',
          'x-forwarded-for': '127.0.0.1',
          'x-own': 'o',
        },
      },
    ]);
    expect(asked[0]?.headers).not.toHaveProperty('x-real-ip');
  });

  test('passes when its status is not listed, or when only own answers are replaced', async () => {
    const { port } = await serving(both);
    expect(await exchange(port, get('/status/503'))).toMatch(/^HTTP\/1\.1 503 [^]*from the upstream$/);
    const spared = await serving({ ...both, 'disable-proxy-intercept-errors': 'true' });
    expect(await exchange(spared.port, get('/status/404'))).toMatch(/^HTTP\/1\.1 404 [^]*from the upstream$/);
  });

  test('leaves the connection usable, except after 500 as with nginx', async () => {
    const { port } = await serving(both);
    const client = RawClient.to(port);
    for (const path of ['/status/404', '/status/404', '/status/200']) {
      client.send(`GET ${path} HTTP/1.1\r\nHost: errors.test\r\n\r\n`);
      await client.until(path.endsWith('200') ? /from the upstream/ : /from the default backend/);
      client.clear();
    }
    client.send('GET /status/500 HTTP/1.1\r\nHost: errors.test\r\n\r\n');
    expect(await client.end()).toMatch(/^HTTP\/1\.1 418 [^]*Connection: close\r\n/);
  });

  test('is answered without the body of the request, also for HEAD', async () => {
    const { port, asked } = await serving(both);
    const post = 'POST /status/404 HTTP/1.1\r\nHost: errors.test\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello';
    expect(await exchange(port, post)).toMatch(/^HTTP\/1\.1 418 /);
    expect(await exchange(port, get('/status/404').replace('GET', 'HEAD'))).toMatch(/^HTTP\/1\.1 418 [^]*\r\n\r\n$/);
    expect(asked.map(({ line, body }) => `${line} ${body}`)).toEqual(['GET / ', 'HEAD / ']);
    expect(asked[0]?.headers).not.toHaveProperty('content-length');
  });

  test('is answered by the built-in 404 without a default backend', async () => {
    const { port } = await serving({ 'custom-http-errors': '500' });
    expect(await exchange(port, get('/status/500'))).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/);
  });
});

describe('an answer that is set aside', () => {
  /** An upstream of which the test writes the answers, and a default backend. */
  async function raw(onRequest: (write: (text: string) => void) => void) {
    const upstream = await bench.raw((socket) => {
      socket.once('data', () => onRequest((text) => socket.write(text, 'latin1')));
      socket.once('end', () => socket.destroy());
    });
    const fallback = await bench.http((_, response) => response.end('from the default backend'));
    const served = generationOf(...serviceAt('a', upstream.port), ...serviceAt('c', fallback.port), ingressFor('errors.test', 'a', both));
    const proxy = await bench.proxy({ generation: served });
    return { port: httpPort(proxy), sockets: upstream.sockets };
  }

  test.each([
    ['a body that goes on', 'Content-Length: 9999999\r\n\r\nhello'],
    ['a chunked body', 'Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n'],
    ['a body until the connection closes', 'X-A: b\r\n\r\nhello'],
    ['bytes after its end', 'Content-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad'],
  ])('with %s closes its connection', async (_, rest) => {
    const { port, sockets } = await raw((write) => write(`HTTP/1.1 404 Not Found\r\n${rest}`));
    const client = RawClient.to(port);
    client.send('GET / HTTP/1.1\r\nHost: errors.test\r\n\r\n');
    expect(await client.until(/from the default backend/)).toMatch(/^HTTP\/1\.1 200 /);
    client.destroy();
    await expect.poll(() => sockets.size).toBe(0);
  });

  test('whose head comes in pieces, after an interim one', async () => {
    const { port } = await raw((write) => {
      write('HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 40');
      setTimeout(() => write('4 Not Found\r\nContent-Length: 2\r\n\r\nno'), 20);
    });
    expect(await exchange(port, get('/'))).toMatch(/^HTTP\/1\.1 103 [^]*HTTP\/1\.1 200 OK\r\n[^]*from the default backend$/);
  });

  test('that comes before the body of the request does: the client is answered, the connection closes', async () => {
    const { port } = await raw((write) => write('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'));
    const client = RawClient.to(port);
    client.send('POST / HTTP/1.1\r\nHost: errors.test\r\nContent-Length: 100000\r\n\r\nbegin');
    await client.until(/\r\n\r\n/);
    client.send('x'.repeat(5000));
    expect(await client.end()).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*Connection: close\r\n[^]*from the default backend$/);
  });
});

describe('an error of the proxy', () => {
  test('is answered by the default backend: an upstream that refuses, a body that is too long', async () => {
    const down = await serving(both, 'errors.test', 'down');
    expect(await exchange(down.port, get('/'))).toMatch(/^HTTP\/1\.1 418 /);
    expect(down.asked[0]?.headers).toMatchObject({ 'x-code': '502', 'x-service-name': 'down' });
    const limited = await serving({ ...both, 'proxy-body-size': '10' });
    const head = 'POST / HTTP/1.1\r\nHost: errors.test\r\n';
    expect(await exchange(limited.port, `${head}Content-Length: 11\r\n\r\n`)).toMatch(/^HTTP\/1\.1 418 [^]*Connection: close\r\n/);
    expect(await exchange(limited.port, `${head}Transfer-Encoding: chunked\r\n\r\nff\r\n`)).toMatch(/^HTTP\/1\.1 418 /);
    expect(limited.asked.map(({ headers }) => headers['x-code'])).toEqual(['413', '413']);
  });

  test('stays 502 when the default backend fails too', async () => {
    const { port } = await serving({ 'custom-http-errors': '404,502', 'default-backend': 'down' });
    expect(await exchange(port, get('/status/404'))).toMatch(/^HTTP\/1\.1 502 Bad Gateway\r\n/);
  });
});

describe('a Service without endpoints', () => {
  test('is replaced by the default backend, which gets the whole request', async () => {
    const { port, asked } = await serving({ 'default-backend': 'c' }, 'errors.test', 'none');
    const post = 'POST /x?y HTTP/1.1\r\nHost: errors.test\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello';
    expect(await exchange(port, post)).toMatch(/^HTTP\/1\.1 418 /);
    expect(asked).toMatchObject([
      {
        line: 'POST /x?y',
        body: 'hello',
        headers: { 'x-code': '503', 'x-service-name': 'none', 'x-ingress-name': 'errors', 'x-real-ip': '127.0.0.1' },
      },
    ]);
  });

  test('is answered by the built-in 404 when the default backend has no endpoint either', async () => {
    const { port, asked } = await serving({ 'default-backend': 'none', 'custom-http-errors': '503' }, 'errors.test', 'none');
    expect(await exchange(port, get('/'))).toMatch(/^HTTP\/1\.1 404 /);
    expect(asked).toEqual([]);
  });
});

test('a route with enable-access-log off leaves no line', async () => {
  const hosts: string[] = [];
  const upstream = await bench.http((_, response) => response.end('ok'));
  const served = generationOf(
    ...serviceAt('a', upstream.port),
    ingressFor('loud.test', 'a', {}),
    ingressFor('quiet.test', 'a', { 'enable-access-log': 'false' }),
  );
  const proxy = await bench.proxy({ generation: served, accessLog: new RecordedRequests(({ host }) => void hosts.push(host)) });
  for (const host of ['quiet.test', 'loud.test'])
    await exchange(httpPort(proxy), `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  expect(hosts).toEqual(['loud.test']);
});
