import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { annotatedModel, generationOf } from '../testing/annotated-proxy.ts';
import { RecordedRequests } from '../testing/recorded-requests.ts';
import { exchange, RawClient } from '../testing/raw-client.ts';
import { httpPort, TestBench } from '../testing/test-proxy.ts';

let bench: TestBench;
beforeEach(() => {
  bench = new TestBench();
});
afterEach(() => bench.close());

// The password of all is `secret`; the second line is bcrypt.
const auth = 'plain:{PLAIN}secret\nslow:$2y$04$LAAGzRR8kRZ6JrJXvuFBpeqbkUSIfP..7A7lJwkn7/7XkWtGixqxS\n';
const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'users' }, stringData: { auth } };
const basic = { 'auth-type': 'basic', 'auth-secret': 'users', 'auth-realm': 'here' };

const get = (lines = '', path = '/') => `GET ${path} HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n${lines}\r\n`;
const authorization = (credentials: string) => `Authorization: Basic ${Buffer.from(credentials).toString('base64')}\r\n`;
const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);

/** Reads and never answers. */
const silent = (socket: Socket): void => void socket.resume().on('end', () => socket.end());

/** A proxy in front of an upstream that answers what it has got. */
async function proxied(annotations: Readonly<Record<string, string>>, readMs = 10_000) {
  const upstream = await bench.http((request, response) => {
    let body = '';
    request.on('data', (bytes: Buffer) => (body += bytes.toString()));
    request.on('end', () => response.end(JSON.stringify({ ...request.headers, body })));
  });
  const accessLog = new RecordedRequests();
  const generation = generationOf(annotatedModel(upstream.port, annotations, [secret]));
  const proxy = await bench.proxy({ generation, accessLog, timeouts: { readMs } });
  return { port: httpPort(proxy), records: accessLog.list };
}

describe('passwords', () => {
  test.each(['plain', 'slow'])('%s: right, wrong, and not seen by the upstream', async (user) => {
    const { port } = await proxied(basic);
    expect(await exchange(port, get())).toMatch(/^HTTP\/1\.1 401 [^]*WWW-Authenticate: Basic realm="here"\r\n/);
    expect(statusOf(await exchange(port, get(authorization(`${user}:wrong`))))).toBe(401);
    for (const _ of [1, 2]) {
      const answer = await exchange(port, get(authorization(`${user}:secret`)));
      expect(statusOf(answer)).toBe(200);
      expect(answer).not.toContain('authorization');
    }
  });

  test('a body that comes while the password is checked arrives', async () => {
    const { port } = await proxied(basic);
    const client = RawClient.to(port);
    const body = 'x'.repeat(100_000);
    client.send(`POST / HTTP/1.1\r\nHost: a.test\r\n${authorization('slow:secret')}Content-Length: 100003\r\n\r\nabc`);
    client.send(body);
    expect(await client.until(/"body":"[^"]*"/)).toContain(`"body":"abc${body}"`);
    client.destroy();
  });

  test('pipelined requests are answered in their order', async () => {
    const { port } = await proxied(basic);
    const one = `GET /1 HTTP/1.1\r\nHost: a.test\r\nX-N: 1\r\n${authorization('slow:secret')}\r\n`;
    const answer = await exchange(port, `${one}${one.replace('X-N: 1', 'X-N: 2')}${get()}`);
    expect([...answer.matchAll(/"x-n":"(\d)"|HTTP\/1\.1 (\d{3})/g)].map(([, n, status]) => n ?? status)).toEqual([
      '200',
      '1',
      '200',
      '2',
      '401',
    ]);
  });
});

describe('limits', () => {
  test('too many requests are 503, before access is looked at', async () => {
    const { port } = await proxied({ ...basic, 'limit-rpm': '1', 'limit-burst-multiplier': '1' });
    const statuses = [];
    for (const _ of [1, 2, 3]) statuses.push(statusOf(await exchange(port, get())));
    expect(statuses).toEqual([401, 401, 503]);
  });

  test('requests under way are counted until they are over, also when the client leaves', async () => {
    const held = await bench.raw(silent);
    const proxy = await bench.proxy({ generation: generationOf(annotatedModel(held.port, { 'limit-connections': '1' })) });
    const first = RawClient.to(httpPort(proxy));
    first.send(get());
    while (held.sockets.size === 0) await delay(5);
    expect(statusOf(await exchange(httpPort(proxy), get()))).toBe(503);
    first.destroy();
    while (held.sockets.size > 0) await delay(5);
    const next = RawClient.to(httpPort(proxy));
    next.send(get());
    while (held.sockets.size === 0) await delay(5);
    next.destroy();
  });
});

describe('external authentication', () => {
  test('passes headers on and cookies back', async () => {
    const asked: unknown[] = [];
    const authority = await bench.http(({ method, url, headers }, response) => {
      asked.push({ method, url, headers });
      response.setHeader('X-User', 'mary').setHeader('Set-Cookie', ['a=1', 'b=2']).end('ignored');
    });
    const { port } = await proxied({
      'auth-url': `http://127.0.0.1:${authority.port}/check?$args`,
      'auth-response-headers': 'X-User, X-Gone',
    });
    const answer = await exchange(port, get('X-User: forged\r\nX-Gone: forged\r\nCookie: c=3\r\n', '/x?y=z'));
    expect(answer).toMatch(/Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n/);
    expect(answer).toContain('"x-user":"mary"');
    expect(answer).not.toContain('x-gone');
    expect(asked).toMatchObject([
      { method: 'GET', url: '/check?y=z', headers: { 'x-original-url': 'http://a.test/x?y=z', cookie: 'c=3' } },
    ]);
  });

  test.each([
    [401, 401],
    [403, 403],
    [302, 500],
    [500, 500],
  ])('%i is answered as %i', async (said, answered) => {
    const authority = await bench.http((_, response) => response.writeHead(said).end());
    const { port } = await proxied({ 'auth-url': `http://127.0.0.1:${authority.port}/` });
    expect(statusOf(await exchange(port, get()))).toBe(answered);
  });

  test('what lets in with a password as well asks for both when neither does', async () => {
    const authority = await bench.http((_, response) => response.writeHead(401, { 'WWW-Authenticate': 'Bearer' }).end());
    const { port } = await proxied({ ...basic, 'auth-url': `http://127.0.0.1:${authority.port}/`, satisfy: 'any' });
    expect(await exchange(port, get())).toMatch(/ 401 [^]*WWW-Authenticate: Basic realm="here"\r\nWWW-Authenticate: Bearer\r\n/);
  });

  test('nobody there, or nobody who answers in time, is 500', async () => {
    const gone = await proxied({ 'auth-url': `http://127.0.0.1:${await bench.closedPort()}/` });
    expect(statusOf(await exchange(gone.port, get()))).toBe(500);
    const mute = await bench.raw(silent);
    const slow = await proxied({ 'auth-url': `http://127.0.0.1:${mute.port}/` }, 100);
    expect(statusOf(await exchange(slow.port, get()))).toBe(500);
  });

  test('a kept connection that the authority has closed is not an answer', async () => {
    const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';
    const authority = await bench.raw((socket) => {
      let requests = 0;
      socket.on('data', () => {
        if (++requests === 1) socket.write(answer);
        else socket.resetAndDestroy();
      });
    });
    const { port } = await proxied({ 'auth-url': `http://127.0.0.1:${authority.port}/` });
    for (const _ of [1, 2, 3]) expect(statusOf(await exchange(port, get()))).toBe(200);
  });

  test('a client that leaves is not asked about any more', async () => {
    const authority = await bench.raw(silent);
    const { port, records } = await proxied({ 'auth-url': `http://127.0.0.1:${authority.port}/` });
    const client = RawClient.to(port);
    client.send(get());
    while (authority.sockets.size === 0) await delay(5);
    client.destroy();
    while (authority.sockets.size > 0 || records.length === 0) await delay(5);
    expect(records).toMatchObject([{ status: 499, tries: [] }]);
  });

  test('100 Continue is sent when the request may pass, and not before', async () => {
    let answerIt = (): void => {};
    const authority = await bench.http((_, response) => {
      answerIt = () => void response.end();
    });
    const { port } = await proxied({ 'auth-url': `http://127.0.0.1:${authority.port}/` });
    const client = RawClient.to(port);
    client.send('POST / HTTP/1.1\r\nHost: a.test\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n');
    await delay(100);
    expect(client.received).toBe('');
    answerIt();
    await client.until(/100 Continue/);
    client.send('ok');
    expect(await client.end()).toContain('"body":"ok"');
  });

  test('a protocol switch goes through, and is counted until the tunnel ends', async () => {
    const upstream = await bench.raw((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n');
        socket.pipe(socket);
      });
    });
    const authority = await bench.http((_, response) => void response.end());
    const url = `http://127.0.0.1:${authority.port}/`;
    const proxy = await bench.proxy({
      generation: generationOf(annotatedModel(upstream.port, { 'auth-url': url, 'limit-connections': '1' })),
    });
    const client = RawClient.to(httpPort(proxy));
    client.send('GET / HTTP/1.1\r\nHost: a.test\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n');
    await client.until(/101 Switching[^]*\r\n\r\n/);
    client.send('hello');
    await client.until(/hello/);
    expect(statusOf(await exchange(httpPort(proxy), get()))).toBe(503);
    client.destroy();
    while (upstream.sockets.size > 0) await delay(5);
    const next = RawClient.to(httpPort(proxy));
    next.send('GET / HTTP/1.1\r\nHost: a.test\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n');
    await next.until(/101 Switching/);
    next.destroy();
  });
});
