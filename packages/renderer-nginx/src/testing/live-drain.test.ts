import { Agent } from 'node:http';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { silentLogger } from '@sluice/core';
import { LiveChannel } from '../apply/live-channel.ts';
import { hangingWorker } from '../observe/worker-beat.ts';
import { TestEndpoint, table, upstream } from './live-model.ts';
import { hasLua, LiveServer, until } from './live-server.ts';

const http = `location / { set $sluice_upstream shop/web:80; proxy_pass http://sluice; } location /plain { return 200 plain; }`;

describe.skipIf(!hasLua)('workers of nginx', () => {
  let server: LiveServer;
  let channel: LiveChannel;

  beforeEach(async () => {
    server = await LiveServer.start({ http, workers: 2 });
    channel = new LiveChannel({ socket: server.socket, stateFile: server.stateFile, logger: silentLogger });
  });
  afterEach(async () => {
    await channel.close();
    await server[Symbol.asyncDispose]();
  });

  /** What the client is told about its connection; nginx's own `keep-alive` is on a line before. */
  const connection = async (): Promise<string | undefined> => {
    const agent = new Agent({ keepAlive: true });
    const { headers } = await server.get('/plain', {}, { agent });
    agent.destroy();
    return headers.connection?.split(', ').at(-1);
  };

  test('of a generation that drains tell clients to come again', async () => {
    expect(await connection()).toBe('keep-alive');
    await channel.drain('other');
    expect(await connection()).toBe('keep-alive');
    await channel.drain('first');
    expect([await connection(), await connection()]).toEqual(['close', 'close']);
    await channel.drain(undefined);
    expect(await connection()).toBe('keep-alive');
    await channel.drain('first');
    await server.reload('second');
    // Old workers may take a connection after new ones have answered.
    await vi.waitUntil(async () => (await connection()) === 'keep-alive');
    // Whoever comes back is not about to leave.
    await server.reload('first');
    await vi.waitUntil(async () => (await connection()) === 'keep-alive');
  });

  test('tell how many connections are idle', async () => {
    const agent = new Agent({ keepAlive: true });
    await server.get('/plain', {}, { agent });
    await vi.waitUntil(async () => (await channel.drain(undefined)) === 1);
    agent.destroy();
    await vi.waitUntil(async () => (await channel.drain(undefined)) === 0);
  });

  test('that do nothing any more are noticed by what they do not say', async () => {
    const stopped = (await channel.workers())[0]?.pid ?? 0;
    const hung = async (): Promise<number | undefined> => hangingWorker((await server.control('GET', '/workers')).body, 1.5)?.pid;
    expect(await hung()).toBeUndefined();
    process.kill(stopped, 'SIGSTOP');
    try {
      await vi.waitUntil(async () => (await hung()) === stopped, { timeout: 10_000 });
    } finally {
      process.kill(stopped, 'SIGCONT');
    }
    await vi.waitUntil(async () => (await hung()) === undefined, { timeout: 10_000 });
  });

  test('say which generation they are of, and when they have stopped accepting', async () => {
    let held: (() => void) | undefined;
    await using slow = await TestEndpoint.listen('slow', (_, response) => (held = () => response.end('slow')));
    await channel.sync(table([upstream('web', [slow.address])]));
    await until(
      async () => (await channel.workers()).length === 2,
      () => 'the workers do not register',
    );
    expect((await channel.workers()).map(({ generation, accepting }) => [generation, accepting])).toEqual([
      ['first', true],
      ['first', true],
    ]);
    const answer = server.get('/');
    await until(
      () => held !== undefined,
      () => 'the endpoint is not asked',
    );
    await server.reload('second');
    const of = async (generation: string): Promise<readonly boolean[]> =>
      (await channel.workers()).filter((worker) => worker.generation === generation).map(({ accepting }) => accepting);
    await until(
      async () => (await of('first')).join() === 'false',
      () => 'the old workers do not stop accepting',
    );
    expect(await of('second')).toEqual([true, true]);
    held?.();
    expect((await answer).body).toBe('slow');
    await until(
      async () => (await of('first')).length === 0,
      () => 'the old worker does not leave',
    );
  });
});
