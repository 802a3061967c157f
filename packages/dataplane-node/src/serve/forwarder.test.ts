import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exchange, RawClient } from './testing/raw-client.ts';
import { generation, local } from './testing/routing-fixture.ts';
import { httpPort, portOf, TestBench } from './testing/test-proxy.ts';

let bench: TestBench;
beforeEach(() => {
  bench = new TestBench();
});
afterEach(() => bench.close());

/** A proxy in front of an upstream that records the heads it gets and answers `ok`. */
async function recorded(): Promise<{ port: number; heads: string[] }> {
  const heads: string[] = [];
  const { port } = await bench.raw((socket) => {
    let text = '';
    socket.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1');
      if (!text.includes('\r\n\r\n')) return;
      heads.push(text);
      text = '';
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
  });
  const proxy = await bench.proxy({ generation: generation({ 'a.test': { endpoints: [local(port)] } }) });
  return { port: httpPort(proxy), heads };
}

describe('request head', () => {
  test('is what ingress-nginx sends: client headers in order, then our own', async () => {
    const { port, heads } = await recorded();
    await exchange(
      port,
      'GET //x/../y%2F?q=1 HTTP/1.1\r\nAccept: */*\r\nHost: A.test:80\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nX-Request-ID: mine\r\nX_Under: 1\r\nForwarded: for=9.9.9.9\r\n\r\n',
    );
    expect(heads[0]).toBe(
      `GET //x/../y%2F?q=1 HTTP/1.1\r\nAccept: */*\r\nHost: A.test:80\r\nX-Hop: 1\r\nForwarded: for=9.9.9.9\r\nX-Request-ID: mine\r\nX-Real-IP: 127.0.0.1\r\nX-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Host: A.test:80\r\nX-Forwarded-Port: ${port}\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Scheme: http\r\nX-Scheme: http\r\n\r\n`,
    );
  });

  test('does not believe what the client says about itself', async () => {
    const { port, heads } = await recorded();
    await exchange(
      port,
      'GET / HTTP/1.1\r\nHost: a.test\r\nX-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: 2.2.2.2\r\nX-Forwarded-Host: h.test\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Port: 1\r\nX-Forwarded-Scheme: https\r\nX-Scheme: https\r\nX-Real-IP: 3.3.3.3\r\nX-Original-Forwarded-For: 4.4.4.4\r\nX-Original-Forwarded-Host: i.test\r\nConnection: close, X-Forwarded-For\r\n\r\n',
    );
    const [head = ''] = heads;
    expect(head.match(/^x-(?!request-id).*$/gim)).toEqual([
      'X-Real-IP: 127.0.0.1',
      'X-Forwarded-For: 127.0.0.1',
      'X-Forwarded-Host: a.test',
      `X-Forwarded-Port: ${port}`,
      'X-Forwarded-Proto: http',
      'X-Forwarded-Scheme: http',
      'X-Scheme: http',
      'X-Original-Forwarded-For: 1.1.1.1, 2.2.2.2',
      'X-Original-Forwarded-Host: h.test',
    ]);
    expect(head).toMatch(/^X-Request-ID: [0-9a-f]{32}\r$/m);
  });

  test('of an absolute form has the Host as received, of HTTP/1.0 without Host an empty one', async () => {
    const { port, heads } = await recorded();
    await exchange(port, 'GET http://a.test/x HTTP/1.1\r\nHost: other.test\r\nConnection: close\r\n\r\n');
    await exchange(port, 'GET http://a.test HTTP/1.0\r\n\r\n');
    expect(heads[0]).toMatch(/^GET \/x HTTP\/1\.1\r\nHost: other\.test\r\n/);
    expect(heads[1]).toMatch(/^GET \/ HTTP\/1\.1\r\nHost: a\.test\r\n/);
  });
});

describe('request body', () => {
  test.each(['length', 'chunked'])('of 20 MB arrives whole at a slow upstream (%s)', async (framing) => {
    const hash = createHash('sha1');
    const { port } = await bench.http(async (request, response) => {
      let bytes = 0;
      for await (const part of request) {
        hash.update(part as Buffer);
        bytes += (part as Buffer).length;
        if (bytes % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      response.end(`${bytes} ${hash.digest('hex')}`);
    });
    const proxy = await bench.proxy({ generation: generation({ 'a.test': { endpoints: [local(port)] } }) });
    const body = Buffer.alloc(20_000_000, 'abcdefghijk');
    const client = RawClient.to(httpPort(proxy));
    if (framing === 'length') {
      client.send(`POST / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`);
      client.socket.write(body);
    } else {
      client.send('POST / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n');
      for (let at = 0; at < body.length; at += 1_000_000) {
        client.send(`${(1_000_000).toString(16)}\r\n`);
        client.socket.write(body.subarray(at, at + 1_000_000));
        client.send('\r\n');
      }
      client.send('0\r\n\r\n');
    }
    expect(await client.end()).toContain(`20000000 ${createHash('sha1').update(body).digest('hex')}`);
  });
});

describe('flow of the request body', () => {
  test('makes the client wait when the upstream does not read', async () => {
    const { port } = await bench.raw((socket) => socket.pause());
    const proxy = await bench.proxy({ generation: generation({ 'a.test': { endpoints: [local(port)] } }) });
    const client = RawClient.to(httpPort(proxy));
    client.send('POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 200000000\r\n\r\n');
    const block = Buffer.alloc(1_000_000);
    let sent = 0;
    // Socket buffers of the system take some megabytes; without back-pressure everything would be taken.
    while (sent < 200 && client.socket.writableLength < 8_000_000) {
      client.socket.write(block);
      sent++;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect(sent).toBeLessThan(200);
    client.destroy();
  });

  test('100 Continue is ours, Expect does not reach the upstream', async () => {
    const { port, heads } = await recorded();
    const client = RawClient.to(port);
    client.send('POST / HTTP/1.1\r\nHost: a.test\r\nExpect: 100-continue\r\nContent-Length: 1\r\nConnection: close\r\n\r\n');
    await client.until(/^HTTP\/1\.1 100 Continue\r\n\r\n$/);
    client.send('x');
    expect(await client.end()).toMatch(/\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
    expect(heads[0]).not.toMatch(/expect/i);
  });

  test('with broken chunks is answered 400', async () => {
    const { port } = await bench.http((request, response) => request.on('end', () => response.end()).resume());
    const proxy = await bench.proxy({ generation: generation({ 'a.test': { endpoints: [local(port)] } }) });
    const client = RawClient.to(httpPort(proxy));
    client.send('POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n');
    client.send('zz\r\n');
    expect(await client.end()).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(await exchange(httpPort(proxy), 'POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n')).toMatch(
      /^HTTP\/1\.1 400 /,
    );
  });
});

describe('failures', () => {
  test('502 when nobody listens, also for POST, and the connection stays usable', async () => {
    const dead = await bench.closedPort();
    const proxy = await bench.proxy({ generation: generation({ 'a.test': { endpoints: [local(dead)] } }) });
    const answer = await exchange(
      httpPort(proxy),
      'GET / HTTP/1.1\r\nHost: a.test\r\n\r\nPOST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 1\r\nConnection: close\r\n\r\na',
    );
    expect(answer.match(/HTTP\/1\.1 502 Bad Gateway\r\n/g)).toHaveLength(2);
  });

  test('the next endpoint is tried when one refuses, with the body', async () => {
    const dead = await bench.closedPort();
    const { port } = await bench.http(async (request, response) => {
      let text = '';
      for await (const part of request) text += String(part);
      response.end(`${request.method} ${text.length}`);
    });
    const proxy = await bench.proxy({ generation: generation({ 'a.test': { endpoints: [local(dead), local(port)] } }) });
    for (const size of [10, 100, 40_000, 10]) {
      expect(
        await exchange(
          httpPort(proxy),
          `POST / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\nContent-Length: ${size}\r\n\r\n${'x'.repeat(size)}`,
        ),
      ).toMatch(new RegExp(`^HTTP/1.1 200 [^]*POST ${size}$`));
    }
  });

  test('503 without endpoints, 502 for garbage and for an upstream that closes', async () => {
    const garbage = await bench.canned('SSH-2.0-OpenSSH\r\n');
    const both = await bench.canned('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n');
    const closing = await bench.canned('');
    const half = await bench.canned('HTTP/1.1 200 OK\r\nContent-');
    const hosts = {
      'none.test': { endpoints: [] },
      'garbage.test': { endpoints: [local(garbage)] },
      'both.test': { endpoints: [local(both)] },
      'closing.test': { endpoints: [local(closing)] },
      'half.test': { endpoints: [local(half)] },
    };
    const proxy = await bench.proxy({ generation: generation(hosts) });
    const status = async (host: string): Promise<string> =>
      (await exchange(httpPort(proxy), `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)).slice(9, 12);
    expect(await Promise.all(Object.keys(hosts).map(status))).toEqual(['503', '502', '502', '502', '502']);
  });
});

describe('failures of an established connection', () => {
  test('504 when the upstream says nothing', async () => {
    const { port } = await bench.raw(() => {});
    const proxy = await bench.proxy({ generation: generation({ 'a.test': { endpoints: [local(port)] } }), timeouts: { readMs: 100 } });
    expect(await exchange(httpPort(proxy), 'GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 504 Gateway Time-out\r\n/,
    );
  });

  test('a connection closed under a GET is replaced, under a POST it is 502', async () => {
    let connections = 0;
    const { port } = await bench.raw((socket) => {
      connections++;
      let requests = 0;
      socket.on('data', () => {
        if (++requests === 2) socket.destroy();
        else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      });
    });
    const proxy = await bench.proxy({ generation: generation({ 'a.test': { endpoints: [local(port)] } }) });
    const client = RawClient.to(httpPort(proxy));
    const ask = async (method: string): Promise<string> => {
      client.clear();
      client.send(`${method} / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 0\r\n\r\n`);
      const answer = await client.until(/\r\n\r\n(ok|<html>[^]*<\/html>\r\n)$/);
      return answer.slice(9, 12);
    };
    expect([await ask('GET'), await ask('GET'), await ask('POST')]).toEqual(['200', '200', '502']);
    expect(connections).toBe(2);
    client.destroy();
  });

  test('an answer that breaks off cuts the client', async () => {
    const port = await bench.canned('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345');
    const proxy = await bench.proxy({ generation: generation({ 'a.test': { endpoints: [local(port)] } }) });
    expect(await exchange(httpPort(proxy), 'GET / HTTP/1.1\r\nHost: a.test\r\n\r\n')).toMatch(/12345$/);
  });

  test('an upstream learns that the client has gone', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const { port } = await bench.raw((socket) => {
      socket.once('data', () => asked.resolve());
      socket.on('end', () => resolve());
    });
    const proxy = await bench.proxy({ generation: generation({ 'a.test': { endpoints: [local(port)] } }) });
    const client = RawClient.to(httpPort(proxy));
    client.send('GET / HTTP/1.1\r\nHost: a.test\r\n\r\n');
    await asked.promise;
    client.destroy();
    await promise;
  });

  test('an external name that leads to this machine is refused', async () => {
    const { port } = await bench.http((_request, response) => response.end('secret'));
    const from = local(1).from;
    const hosts = {
      'l.test': { endpoints: [{ kind: 'name' as const, name: 'localhost', port, from }] },
      'n.test': { endpoints: [{ kind: 'name' as const, name: '127.0.0.1', port, from }] },
      'x.test': { endpoints: [{ kind: 'name' as const, name: '0x7f.1', port, from }] },
    };
    const proxy = await bench.proxy({ generation: generation(hosts) });
    for (const host of Object.keys(hosts))
      expect(await exchange(httpPort(proxy), `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)).toMatch(/^HTTP\/1\.1 502 /);
    expect(portOf(proxy.addresses().http[0])).toBeGreaterThan(0);
  });
});

test('requests go round the endpoints, connections are used again', async () => {
  const seen: number[] = [];
  let connections = 0;
  const upstreams = await Promise.all(
    Array.from({ length: 3 }, (_, index) =>
      bench.http((_request, response) => {
        seen.push(index);
        response.end('ok');
      }),
    ),
  );
  for (const { server } of upstreams) server.on('connection', () => connections++);
  const proxy = await bench.proxy({ generation: generation({ 'a.test': { endpoints: upstreams.map(({ port }) => local(port)) } }) });
  const client = RawClient.to(httpPort(proxy));
  client.send('GET / HTTP/1.1\r\nHost: a.test\r\n\r\n'.repeat(9));
  await client.until((text) => text.match(/\r\n\r\nok/g)?.length === 9);
  expect([0, 1, 2].map((index) => seen.filter((other) => other === index).length)).toEqual([3, 3, 3]);
  expect(connections).toBe(3);
  client.destroy();
});
