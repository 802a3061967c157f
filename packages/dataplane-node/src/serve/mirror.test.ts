import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exchange } from './testing/raw-client.ts';
import { generationOf, ingressFor, serviceAt } from './testing/served-objects.ts';
import { httpPort, TestBench } from './testing/test-proxy.ts';

let bench: TestBench;
beforeEach(() => {
  bench = new TestBench();
});
afterEach(() => bench.close());

/** A proxy with a mirror; the requests that arrive there, as bytes. */
async function mirrored(target: (port: number) => string, more: Readonly<Record<string, string>> = {}) {
  const copies: string[] = [];
  const { promise: arrived, resolve } = Promise.withResolvers<void>();
  const mirror = await bench.raw((socket) => {
    const at = copies.push('') - 1;
    socket.on('data', (bytes) => {
      copies[at] += bytes.toString('latin1');
      if (/\r\n\r\n(hello|5\r\nhello\r\n0\r\n\r\n)?$/.test(copies[at] ?? '')) resolve();
    });
  });
  const warnings: string[] = [];
  const upstream = await bench.http(async (request, response) => {
    let body = '';
    for await (const piece of request) body += String(piece);
    response.end(`upstream ${request.method} ${request.url} ${body}`);
  });
  const served = generationOf(
    ...serviceAt('a', upstream.port),
    ingressFor('m.test', 'a', { 'mirror-target': target(mirror.port), ...more }),
  );
  const logger = { info: () => {}, error: () => {}, warn: (message: string) => void warnings.push(message) };
  const proxy = await bench.proxy({ generation: served, logger });
  return { port: httpPort(proxy), copies, arrived, warnings, mirrorPort: mirror.port };
}

const post = (framing: string, body: string) =>
  `POST /x?y HTTP/1.1\r\nHost: m.test\r\nConnection: close\r\nX-Own: o\r\n${framing}\r\n\r\n${body}`;
const length = post('Content-Length: 5', 'hello');

describe('a mirror that never answers', () => {
  test('gets method, headers and body, and delays nobody', async () => {
    const { port, copies, arrived, mirrorPort } = await mirrored((at) => `http://127.0.0.1:${at}$request_uri`);
    expect(await exchange(port, length)).toMatch(/upstream POST \/x\?y hello$/);
    await arrived;
    expect(copies).toEqual([expect.stringMatching(/^POST \/x\?y HTTP\/1\.1\r\n[^]*\r\n\r\nhello$/)]);
    expect(copies[0]).toContain(`\r\nHost: 127.0.0.1:${mirrorPort}\r\n`);
    expect(copies[0]).toContain('\r\nX-Own: o\r\n');
    expect(copies[0]).toContain('\r\nConnection: close\r\n');
  });

  test('gets a chunked body in its chunks, and a path and a host of its own', async () => {
    const { port, copies, arrived } = await mirrored((at) => `http://127.0.0.1:${at}/copy`, { 'mirror-host': 'other.test' });
    expect(await exchange(port, post('Transfer-Encoding: chunked', '5\r\nhello\r\n0\r\n\r\n'))).toMatch(/hello/);
    await arrived;
    expect(copies[0]).toMatch(/^POST \/copy HTTP\/1\.1\r\n[^]*\r\n\r\n5\r\nhello\r\n0\r\n\r\n$/);
    expect(copies[0]).toContain('\r\nHost: other.test\r\n');
  });

  test('gets no body when that is switched off', async () => {
    const { port, copies, arrived } = await mirrored((at) => `http://127.0.0.1:${at}`, { 'mirror-request-body': 'off' });
    expect(await exchange(port, length)).toMatch(/hello$/);
    await arrived;
    expect(copies[0]).toMatch(/^POST \/x\?y HTTP\/1\.1\r\n[^]*\r\n\r\n$/);
    expect(copies[0]).not.toMatch(/content-length|hello/i);
  });
});

test('a mirror that nobody listens on is only logged', async () => {
  const closed = await bench.closedPort();
  const { port, warnings } = await mirrored(() => `http://127.0.0.1:${closed}/`);
  expect(await exchange(port, length)).toMatch(/hello$/);
  await expect.poll(() => warnings).toEqual(['a copy of a request was not sent']);
});

test('a variable cannot smuggle anything into the copy', async () => {
  const { port, copies, arrived } = await mirrored((at) => `http://127.0.0.1:${at}/$http_x_own`);
  await exchange(port, `GET / HTTP/1.1\r\nHost: m.test\r\nConnection: close\r\nX-Own: a HTTP/1.1\tb\r\n\r\n`);
  await arrived;
  expect(copies[0]).toMatch(/^GET \/a%20HTTP\/1\.1%09b HTTP\/1\.1\r\n/);
});
