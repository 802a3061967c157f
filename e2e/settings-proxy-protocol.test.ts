import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { backends, needing, programOf } from './proxy-programs.ts';
import { Site } from './site.ts';
import { listenLocally, portOf } from './socket-port.ts';

const LINE = Buffer.from('PROXY TCP4 192.0.2.7 198.51.100.9 4711 9000\r\n');
/** Version 2, from 192.0.2.7, and from the proxy itself. */
const BINARY = Buffer.from('0d0a0d0a000d0a515549540a2111000cc0000207c633640912672328', 'hex');
const LOCAL = Buffer.from('0d0a0d0a000d0a515549540a20000000', 'hex');
const REQUEST = 'GET / HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\n\r\n';

describe.each(backends)('use-proxy-protocol by %s', (backend) => {
  const { skip, title } = needing(programOf(backend), 'real traffic');
  const got: IncomingHttpHeaders[] = [];
  const upstream = createServer((request, response) => {
    got.push(request.headers);
    response.end('ok\n');
  });
  let site: Site;

  beforeAll(() => listenLocally(upstream));

  afterAll(() => void upstream.close());

  beforeEach(() => {
    site = new Site(portOf(upstream), backend);
  });

  afterEach(() => site.close());

  /** Proxies may expect the header to come as a whole. What the upstream is told of a client; `none` when it does not get to know. */
  const told = async (header: Buffer, { secure = false, pieces = false } = {}): Promise<string> => {
    got.length = 0;
    const socket = connect({ port: secure ? site.sluice.ports.https : site.sluice.ports.http, host: '127.0.0.1' });
    socket.on('error', () => undefined);
    await once(socket, 'connect').catch(() => undefined);
    if (pieces)
      for (const byte of header) {
        socket.write(Buffer.from([byte]));
        await new Promise((resolve) => setImmediate(resolve));
      }
    else socket.write(header);
    const stream = secure ? connectTls({ socket, servername: 'shop.test', rejectUnauthorized: false }) : socket;
    stream.on('error', () => undefined);
    stream.write(REQUEST);
    stream.resume();
    await new Promise<void>((resolve) => {
      for (const one of [stream, socket]) for (const event of ['end', 'close']) one.once(event, () => resolve());
    });
    socket.destroy();
    const headers = got[0];
    return headers === undefined
      ? 'none'
      : ['real-ip', 'forwarded-for', 'forwarded-port'].map((name) => String(headers[`x-${name}`])).join(' ');
  };

  test.skipIf(skip)(`${title}: headers of both versions say who the client is`, async () => {
    await site.serveWith({ 'use-proxy-protocol': 'true' });
    expect(await told(LINE)).toBe('192.0.2.7 192.0.2.7 9000');
    expect(await told(LINE, { pieces: backend === 'node' })).toBe('192.0.2.7 192.0.2.7 9000');
    expect(await told(BINARY)).toBe('192.0.2.7 192.0.2.7 9000');
    expect(await told(LOCAL)).toBe(`127.0.0.1 127.0.0.1 ${site.sluice.ports.http}`);
    expect(await told(LINE, { secure: true })).toBe('192.0.2.7 192.0.2.7 443');
    expect(await told(BINARY, { secure: true, pieces: backend === 'node' })).toBe('192.0.2.7 192.0.2.7 443');
    expect(await told(Buffer.alloc(0))).toBe('none');
    expect(await told(Buffer.from('PROXY TCP4 1.2.3.4\r\n'))).toBe('none');
    await site.changeTo({});
    expect(await told(Buffer.alloc(0))).toBe(`127.0.0.1 127.0.0.1 ${site.sluice.ports.http}`);
    expect(await told(LINE)).toBe('none');
  });

  test.skipIf(skip)(`${title}: peers that are not believed`, async () => {
    await site.serveWith({ 'use-proxy-protocol': 'true', 'proxy-real-ip-cidr': '10.0.0.0/8' });
    const peer = backend === 'haproxy' ? 'none' : '127.0.0.1 127.0.0.1';
    expect(await told(LINE)).toMatch(new RegExp(`^${peer}`));
    await site.changeTo({ 'use-proxy-protocol': 'true', 'proxy-real-ip-cidr': '10.0.0.0/8, 127.0.0.0/8' });
    expect(await told(LINE)).toBe('192.0.2.7 192.0.2.7 9000');
  });
});
