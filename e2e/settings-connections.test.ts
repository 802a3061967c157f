import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { backends, needing, programOf } from './proxy-programs.ts';
import { Site } from './site.ts';
import { listenLocally, portOf } from './socket-port.ts';
import { untilTrue } from './until.ts';

const REQUEST = 'GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n';

/** A connection on which requests are asked one after the other. */
class Asking {
  readonly socket: Socket;
  #text = '';
  ended = false;

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1' });
    this.socket.on('data', (bytes: Buffer) => (this.#text += bytes.toString('latin1')));
    this.socket.on('error', () => undefined).on('close', () => (this.ended = true));
  }

  /** The status of the answer; 0 when the connection ends without one. */
  async ask(request = REQUEST): Promise<number> {
    this.#text = '';
    this.socket.write(request);
    await untilTrue('an answer', () => /\r\n\r\n(?:[^]*\n)?/.test(this.#text) || this.ended);
    return Number(/^HTTP\/1\.1 (\d+)/.exec(this.#text)?.[1] ?? 0);
  }

  async end(): Promise<void> {
    await untilTrue('the end of the connection', () => this.ended);
  }
}

describe.each(backends)('settings about connections by %s', (backend) => {
  const { skip, title } = needing(programOf(backend), 'real traffic');
  const ports = new Set<number>();
  const upstream = createServer((request, response) => {
    ports.add(request.socket.remotePort ?? 0);
    request.resume().on('end', () => response.end('ok\n'));
  });
  let site: Site;

  beforeAll(async () => {
    upstream.keepAliveTimeout = 30_000;
    await listenLocally(upstream);
  });

  afterAll(() => void upstream.close());

  beforeEach(() => {
    site = new Site(portOf(upstream), backend);
  });

  afterEach(() => site.close());

  const connected = (): Asking => new Asking(site.sluice.ports.http);

  test.skipIf(skip)(`${title}: how often a connection of a client is used`, async () => {
    await site.serveWith({ 'keep-alive-requests': '2' });
    const asking = connected();
    expect([await asking.ask(), await asking.ask()]).toEqual([200, 200]);
    await asking.end();
    await site.changeTo({ 'keep-alive': '0' });
    const once_ = connected();
    expect(await once_.ask()).toBe(200);
    await once_.end();
    await site.changeTo({});
    const often = connected();
    for (let count = 0; count < 4; count++) expect(await often.ask()).toBe(200);
    often.socket.destroy();
  });

  test.skipIf(skip)(`${title}: a client that is slow`, async () => {
    await site.serveWith({ 'client-header-timeout': '1', 'client-body-timeout': '1', 'keep-alive': '1' });
    const [head, body, idle] = [connected(), connected(), connected()];
    head.socket.write('GET / HTTP/1.1\r\nHost: web');
    body.socket.write('POST / HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 100000\r\n\r\nabc');
    expect(await idle.ask()).toBe(200);
    await Promise.all([head.end(), idle.end()]);
    // HAProxy waits for the endpoint instead.
    if (backend !== 'haproxy') await body.end();
    body.socket.destroy();
  });

  test.skipIf(skip)(`${title}: how long the head of a request may be`, async () => {
    await site.serveWith({ 'large-client-header-buffers': '2 2k' });
    const long = 'x'.repeat(3000);
    expect(await connected().ask(`GET /${long} HTTP/1.1\r\nHost: shop.test\r\n\r\n`)).toBe(414);
    const headers = ['a', 'b', 'c', 'd'].map((name) => `X-${name}: ${'y'.repeat(1500)}\r\n`).join('');
    expect(await connected().ask(`GET / HTTP/1.1\r\nHost: shop.test\r\n${headers}\r\n`)).toBe(400);
    if (backend !== 'haproxy') expect(await connected().ask(`GET / HTTP/1.1\r\nHost: shop.test\r\nX-Long: ${long}\r\n\r\n`)).toBe(400);
    expect(await connected().ask()).toBe(200);
    await site.changeTo({});
    expect(await connected().ask(`GET /${long} HTTP/1.1\r\nHost: shop.test\r\nX-Long: ${long}\r\n\r\n`)).toBe(200);
  });

  test.skipIf(skip)(`${title}: whether HTTP/2 is offered`, async () => {
    const agreed = async (): Promise<string | false | null> => {
      const options = { port: site.sluice.ports.https, host: '127.0.0.1', servername: 'shop.test', ALPNProtocols: ['h2', 'http/1.1'] };
      const socket = connectTls({ ...options, rejectUnauthorized: false });
      await once(socket, 'secureConnect');
      socket.destroy();
      return socket.alpnProtocol;
    };
    await site.serveWith({ 'use-http2': 'false' });
    expect(await agreed()).toBe('http/1.1');
    await site.changeTo({ 'http2-max-concurrent-streams': '7' });
    expect(await agreed()).toBe(backend === 'node' ? 'http/1.1' : 'h2');
  });

  test.skipIf(skip)(`${title}: connections to endpoints`, async () => {
    const used = async (): Promise<number> => {
      ports.clear();
      const asking = connected();
      for (let count = 0; count < 4; count++) expect(await asking.ask()).toBe(200);
      asking.socket.destroy();
      return ports.size;
    };
    await site.serveWith({ 'upstream-keepalive-connections': '0' });
    expect(await used()).toBe(4);
    await site.changeTo({ 'upstream-keepalive-requests': '2' });
    // HAProxy counts how often others take it over.
    if (backend !== 'haproxy') expect(await used()).toBe(2);
    await site.changeTo({});
    expect(await used()).toBe(1);
  });
});
