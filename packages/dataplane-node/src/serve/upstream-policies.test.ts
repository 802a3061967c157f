import { createServer as createTlsServer } from 'node:tls';
import type { TLSSocket, TlsOptions } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { certificateFor } from './testing/certificates.ts';
import { exchange } from './testing/raw-client.ts';
import { generationOf, ingressFor, serviceAt } from './testing/served-objects.ts';
import { httpPort, portOf, TestBench } from './testing/test-proxy.ts';

let bench: TestBench;
const closers: (() => void)[] = [];
beforeEach(() => {
  bench = new TestBench();
});
afterEach(async () => {
  for (const close of closers.splice(0)) close();
  await bench.close();
});

/** Asks an upstream through a proxy whose Ingress has these annotations. */
async function facing(upstream: number, annotations: Readonly<Record<string, string>>, ...objects: readonly object[]) {
  const served = generationOf(...serviceAt('a', upstream), ...objects, ingressFor('a.test', 'a', annotations));
  const port = httpPort(await bench.proxy({ generation: served }));
  return (method = 'GET', body = ''): Promise<string> =>
    exchange(port, `${method} /x HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
}

describe('proxy-next-upstream', () => {
  /** An upstream that answers with these statuses in turn, and the bodies that it got. */
  async function answering(...statuses: readonly number[]) {
    const bodies: string[] = [];
    const { port } = await bench.http(async (request, response) => {
      let body = '';
      for await (const piece of request) body += String(piece);
      response.statusCode = statuses[bodies.push(body) - 1] ?? 200;
      response.end('answer');
    });
    return { port, bodies };
  }

  test('a listed status is followed by another try, with the body', async () => {
    const { port, bodies } = await answering(503, 404, 200);
    const ask = await facing(port, { 'proxy-next-upstream': 'http_503 http_404' });
    expect(await ask('PUT', 'abc')).toMatch(/^HTTP\/1\.1 200 /);
    expect(bodies).toEqual(['abc', 'abc', 'abc']);
  });

  test.each([
    ['the last try is passed on', { 'proxy-next-upstream': 'http_503', 'proxy-next-upstream-tries': '2' }, 'GET', 2],
    ['POST is not sent twice', { 'proxy-next-upstream': 'http_503' }, 'POST', 1],
    ['POST is sent again where that is wanted', { 'proxy-next-upstream': 'http_503 non_idempotent' }, 'POST', 3],
    ['off', { 'proxy-next-upstream': 'off' }, 'GET', 1],
    ['0 tries are every endpoint once', { 'proxy-next-upstream': 'http_503', 'proxy-next-upstream-tries': '0' }, 'GET', 1],
    ['not by default', {}, 'GET', 1],
  ])('%s', async (_what, annotations, method, tries) => {
    const { port, bodies } = await answering(503, 503, 503, 503);
    const ask = await facing(port, annotations);
    expect(await ask(method)).toMatch(/^HTTP\/1\.1 503 [^]*answer$/);
    expect(bodies).toHaveLength(tries);
  });
});

test('proxy-read-timeout ends a silent upstream', async () => {
  const { port } = await bench.raw(() => {});
  const ask = await facing(port, { 'proxy-read-timeout': '1', 'proxy-next-upstream': 'off' });
  const started = performance.now();
  expect(await ask()).toMatch(/^HTTP\/1\.1 504 /);
  expect(performance.now() - started).toBeLessThan(4000);
});

test('proxy-http-version 1.0', async () => {
  const heads: string[] = [];
  const { port } = await bench.raw((socket) => {
    socket.once('data', (bytes) => {
      heads.push(String(bytes));
      socket.end('HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
  });
  const ask = await facing(port, { 'proxy-http-version': '1.0' });
  expect(await ask()).toMatch(/^HTTP\/1\.1 200 [^]*ok$/);
  expect(heads[0]).toMatch(/^GET \/x HTTP\/1\.0\r\nHost: a\.test\r\n/);
});

describe('HTTPS to endpoints', () => {
  /** An upstream behind TLS that tells what the proxy showed it. */
  async function encrypted(name: string, options: TlsOptions = {}) {
    const pair = await certificateFor(name);
    let connections = 0;
    const server = createTlsServer({ ...pair, ...options }, (socket: TLSSocket) => {
      connections++;
      const { subject } = socket.getPeerCertificate();
      const shown = `${socket.getProtocol()} sni=${String(socket.servername)} client=${String(subject?.CN)}`;
      socket.on('error', () => {});
      socket.on('data', () => socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${shown.length}\r\n\r\n${shown}`));
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    server.listen(0, '127.0.0.1', resolve);
    await promise;
    closers.push(() => server.close());
    return { port: portOf(server.address()), pair, connections: () => connections };
  }
  const secret = (stringData: Readonly<Record<string, string>>): object => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's', namespace: 'default' },
    stringData,
  });

  test('needs no certificate that is known, sends no name and keeps connections', async () => {
    const { port, connections } = await encrypted('backend.test');
    const ask = await facing(port, { 'backend-protocol': 'HTTPS' });
    for (let round = 0; round < 3; round++) expect(await ask()).toMatch(/TLSv1\.3 sni=false client=undefined$/);
    expect(connections()).toBe(1);
  });

  test('long answers and bodies pass', async () => {
    const pair = await certificateFor('backend.test');
    const body = 'x'.repeat(300_000);
    const server = createTlsServer(pair, (socket) => {
      let received = 0;
      socket.on('error', () => {});
      socket.on('data', (bytes: Buffer) => {
        received += bytes.length;
        if (received > body.length) socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
      });
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    server.listen(0, '127.0.0.1', resolve);
    await promise;
    closers.push(() => server.close());
    const ask = await facing(portOf(server.address()), { 'backend-protocol': 'HTTPS' });
    const answer = await ask('POST', body);
    expect(answer.slice(answer.indexOf('\r\n\r\n') + 4)).toBe(body);
  });

  test('AUTO_HTTP speaks as the client does', async () => {
    const { port } = await bench.http((_, response) => response.end('in the clear'));
    expect(await (await facing(port, { 'backend-protocol': 'AUTO_HTTP' }))()).toMatch(/in the clear$/);
  });

  test('an endpoint that speaks no TLS is answered 502', async () => {
    const { port } = await bench.http((_, response) => response.end());
    expect(await (await facing(port, { 'backend-protocol': 'HTTPS' }))()).toMatch(/^HTTP\/1\.1 502 /);
  });

  test.each([
    ['the certificate fits', 'backend.test', true],
    ['the certificate is for another name', 'other.test', false],
  ])('verified: %s', async (_what, name, fits) => {
    const { port, pair } = await encrypted(name);
    const annotations = {
      'backend-protocol': 'HTTPS',
      'proxy-ssl-secret': 'default/s',
      'proxy-ssl-verify': 'on',
      'proxy-ssl-name': 'backend.test',
      'proxy-ssl-server-name': 'on',
    };
    const ask = await facing(port, annotations, secret({ 'ca.crt': pair.cert }));
    expect(await ask()).toMatch(fits ? /TLSv1\.2 sni=backend\.test client=undefined$/ : /^HTTP\/1\.1 502 /);
  });

  test('verified: an unknown authority is refused', async () => {
    const { port } = await encrypted('backend.test');
    const other = await certificateFor('backend.test');
    const annotations = {
      'backend-protocol': 'HTTPS',
      'proxy-ssl-secret': 'default/s',
      'proxy-ssl-verify': 'on',
      'proxy-ssl-name': 'backend.test',
    };
    expect(await (await facing(port, annotations, secret({ 'ca.crt': other.cert })))()).toMatch(/^HTTP\/1\.1 502 /);
  });

  test('the certificate of the Secret is shown', async () => {
    const own = await certificateFor('proxy.test');
    const { port } = await encrypted('backend.test', { requestCert: true, rejectUnauthorized: false });
    const annotations = { 'backend-protocol': 'HTTPS', 'proxy-ssl-secret': 'default/s', 'proxy-ssl-protocols': 'TLSv1.3' };
    const ask = await facing(port, annotations, secret({ 'tls.crt': own.cert, 'tls.key': own.key }));
    expect(await ask()).toMatch(/TLSv1\.3 sni=false client=proxy\.test$/);
  });
});
