import { silentLogger } from '@sluice/core';
import type { LogFields, Logger } from '@sluice/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AccessLog } from './access-log.ts';
import { DeadlineSweep } from './deadline-sweep.ts';
import { exchange, RawClient } from './testing/raw-client.ts';
import { generation, local } from './testing/routing-fixture.ts';
import { httpPort, TestBench } from './testing/test-proxy.ts';

let bench: TestBench;
let logged: { readonly message: string; readonly fields: LogFields | undefined }[];
let logger: Logger;
beforeEach(() => {
  bench = new TestBench();
  logged = [];
  logger = { ...silentLogger, error: (message, fields) => void logged.push({ message, fields }) };
});
afterEach(() => bench.close());

/** Stands for any mistake of ours: it is called in the midst of every kind of event. */
const broken: AccessLog = {
  headers: [],
  record: () => {
    throw new TypeError('a mistake');
  },
};
const GET = 'GET / HTTP/1.1\r\nHost: a.test\r\n\r\n';
const SWITCHED = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n';

const mistake = { message: 'serving a connection failed', fields: expect.objectContaining({ error: 'a mistake', client: '127.0.0.1' }) };

async function settled(): Promise<void> {
  while (logged.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('a mistake of ours ends one connection, not the process', () => {
  test('when bytes of the client come', async () => {
    const proxy = await bench.proxy({ generation: generation({ 'r.test': { respond: 404 } }), accessLog: broken, logger });
    await exchange(httpPort(proxy), GET.replace('a.test', 'r.test'));
    expect(logged).toEqual([mistake]);
    expect(proxy.stats().activeConnections).toBe(0);
  });

  test('when bytes of the upstream come, which loses its connection too', async () => {
    const { port, sockets } = await bench.raw((socket) => {
      socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));
      socket.on('end', () => socket.end());
    });
    const proxy = await bench.proxy({ generation: generation({ 'a.test': { endpoints: [local(port)] } }), accessLog: broken, logger });
    await exchange(httpPort(proxy), GET);
    expect(logged).toEqual([mistake]);
    while (sockets.size > 0) await new Promise((resolve) => setImmediate(resolve));
  });

  test('when the client goes away', async () => {
    const asked = Promise.withResolvers<void>();
    const { port } = await bench.raw((socket) => socket.once('data', () => asked.resolve()));
    const proxy = await bench.proxy({ generation: generation({ 'a.test': { endpoints: [local(port)] } }), accessLog: broken, logger });
    const client = RawClient.to(httpPort(proxy));
    client.send(GET);
    await asked.promise;
    client.destroy();
    await settled();
    expect(logged).toEqual([mistake]);
    while (proxy.stats().activeConnections > 0) await new Promise((resolve) => setImmediate(resolve));
  });

  test('when a tunnel is closed', async () => {
    const { port } = await bench.raw((socket) => {
      socket.once('data', () => socket.write(SWITCHED));
      socket.on('end', () => socket.destroy());
    });
    const proxy = await bench.proxy({ generation: generation({ 'a.test': { endpoints: [local(port)] } }), accessLog: broken, logger });
    const client = RawClient.to(httpPort(proxy));
    client.send('GET / HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
    await client.until(/\r\n\r\n$/);
    client.socket.end();
    await client.end();
    await settled();
    expect(logged).toEqual([mistake]);
  });

  test('when time is up', async () => {
    const { port } = await bench.raw(() => {});
    const proxy = await bench.proxy({
      generation: generation({ 'a.test': { endpoints: [local(port)] } }),
      timeouts: { sendMs: 50 },
      accessLog: broken,
      logger,
    });
    await exchange(httpPort(proxy), 'POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 5\r\n\r\na');
    expect(logged).toEqual([mistake]);
  });
});

test('one late member that throws does not keep the others from being told', async () => {
  const faults: unknown[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const sweep = new DeadlineSweep(1);
  const fail = (): void => {
    throw new TypeError('late');
  };
  sweep.add({ deadlineMs: 0, onDeadline: fail, onFault: (error) => void faults.push(error) });
  sweep.add({ deadlineMs: 0, onDeadline: resolve, onFault: () => {} });
  await promise;
  sweep.stop();
  expect(faults[0]).toBeInstanceOf(TypeError);
});

describe('an endpoint that cannot be connected to at all', () => {
  test('is a 502 and a line in the log, and the connection stays usable', async () => {
    const proxy = await bench.proxy({ generation: generation({ 'a.test': { endpoints: [local(70_000)] } }), logger });
    const answers = await exchange(httpPort(proxy), `${GET}GET / HTTP/1.1\r\nHost: b.test\r\nConnection: close\r\n\r\n`);
    expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 502', 'HTTP/1.1 404']);
    expect(logged[0]).toEqual({
      message: 'an endpoint cannot be connected to',
      fields: expect.objectContaining({ endpoint: '127.0.0.1:70000' }),
    });
  });

  test('is passed over, first or as the next after one that refuses', async () => {
    const { port } = await bench.http((_request, response) => response.end('ok'));
    const endpoints = [local(await bench.closedPort()), local(70_000), local(port)];
    const proxy = await bench.proxy({ generation: generation({ 'a.test': { endpoints } }), logger });
    for (let round = 0; round < 3; round++)
      expect(await exchange(httpPort(proxy), GET.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'))).toMatch(/^HTTP\/1\.1 200 /);
  });

  test('after others that refuse is a 502', async () => {
    const endpoints = [local(await bench.closedPort()), local(70_000)];
    const proxy = await bench.proxy({ generation: generation({ 'a.test': { endpoints } }), logger });
    for (let round = 0; round < 2; round++)
      expect(await exchange(httpPort(proxy), GET.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'))).toMatch(/^HTTP\/1\.1 502 /);
  });
});
