import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exchange, RawClient } from './testing/raw-client.ts';
import { generation } from './testing/routing-fixture.ts';
import { portOf, TestBench } from './testing/test-proxy.ts';

let bench: TestBench;
let port: number;
beforeEach(async () => {
  bench = new TestBench();
  const proxy = await bench.proxy({ tls: true, generation: generation({}), timeouts: { headerMs: 200 } });
  port = portOf(proxy.addresses().https[0]);
});
afterEach(() => bench.close());

async function ask(to: number, offered: string[] | undefined): Promise<{ agreed: string | false | null; answer: string }> {
  const socket = connectTls({ port: to, host: '127.0.0.1', rejectUnauthorized: false, ...(offered && { ALPNProtocols: offered }) });
  const client = new RawClient(socket);
  await new Promise((resolve, reject) => void socket.once('secureConnect', resolve).once('error', reject));
  client.send('GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n');
  return { agreed: socket.alpnProtocol, answer: await client.end() };
}

const served = expect.stringMatching(/^HTTP\/1\.1 404 /);

describe('ALPN', () => {
  test.each([
    [['h2', 'http/1.1'], 'http/1.1'],
    [['http/1.1'], 'http/1.1'],
    [['h2'], false],
    [['http/1.0', 'x'], false],
    [undefined, false],
  ])('a client that offers %j is served, and agrees on %s', async (offered, agreed) => {
    expect(await ask(port, offered)).toEqual({ agreed, answer: served });
  });

  test('is understood in a record that comes in pieces', async () => {
    const slow = await bench.raw((from) => void relay(from, port));
    expect(await ask(slow.port, ['h2', 'http/1.1'])).toEqual({ agreed: 'http/1.1', answer: served });
    expect(await ask(slow.port, ['h2'])).toEqual({ agreed: false, answer: served });
  });

  test('clients that stop within the first record are given up', async () => {
    expect(await exchange(port, '')).toBe('');
    expect(await exchange(port, '\x16\x03\x01\x02')).toBe('');
    const leaving = RawClient.to(port);
    leaving.send('\x16\x03');
    leaving.socket.end();
    await leaving.end();
    expect(await ask(port, undefined)).toMatchObject({ answer: served });
  });
});

/** Passes the first bytes on a few at a time. */
async function relay(from: Socket, to: number): Promise<void> {
  const onward = connect({ port: to, host: '127.0.0.1', noDelay: true });
  onward.on('error', () => {});
  const first = await new Promise<Buffer>((resolve) => from.once('data', resolve));
  from.pause();
  for (const [start, end] of [
    [0, 3],
    [3, 100],
    [100, first.length],
  ] as const) {
    onward.write(first.subarray(start, end));
    await delay(20);
  }
  from.pipe(onward);
  onward.pipe(from);
}
