import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isAlive } from '@sluice/core';
import { NginxDataplane } from './nginx-dataplane.ts';
import { NginxRuntime } from './nginx-runtime.ts';
import type { Side } from '../testing/process-bench.ts';
import { ProcessBench, artifactOf, ask, host, hostChunk, never, silentLive, testedNginx, until } from '../testing/process-bench.ts';

let bench: ProcessBench;
beforeEach(() => void (bench = new ProcessBench()));
afterEach(() => bench.close());

/** A request through nginx that is not answered until `end`. */
async function openRequest(side: Side): Promise<{ readonly request: Promise<string | undefined>; readonly end: () => void }> {
  const mute = createServer();
  await new Promise<void>((resolve) => void mute.listen(0, host, resolve));
  const address = mute.address();
  const slow = hostChunk('a.test', `location /slow { proxy_pass http://${host}:${typeof address === 'object' ? address?.port : 0}; }`);
  await side.reloader.apply(artifactOf(side.table([slow])), never);
  const arrived = once(mute, 'connection') as Promise<[Socket]>;
  const request = ask(side.port, 'a.test', '/slow');
  const [socket] = await arrived;
  const end = (): void => {
    socket.destroy();
    mute.close();
  };
  return { request, end };
}

describe.skipIf(testedNginx === undefined)('an nginx that is replaced (needs nginx)', () => {
  test('sends its clients to the next one before it ends', async () => {
    const drained: (string | undefined)[] = [];
    const side = await bench.started({}, { ...silentLive, drain: async (digest) => drained.push(digest) && 0 });
    const table = side.table([hostChunk('a.test')]);
    await side.reloader.apply(artifactOf(table), never);
    drained.length = 0;
    const workers = side.runtime.process.workers().filter(({ draining }) => !draining);
    process.kill(side.runtime.process.pid ?? 0, 'SIGKILL');
    await until(() => side.runtime.process.restarts === 1);
    expect(drained).toEqual([table.digest]);
    await until(() => !workers.some(isAlive));
  });

  test('counts connections that its workers still have as draining', async () => {
    const side = await bench.started();
    const { request, end } = await openRequest(side);
    process.kill(side.runtime.process.pid ?? 0, 'SIGKILL');
    await until(() => side.runtime.process.restarts === 1);
    expect(side.dataplane.facts()).toMatchObject({ draining: { generations: 1, connections: 1 } });
    end();
    await request;
    await until(() => side.runtime.draining.census().workers === 0);
  });
});

describe.skipIf(testedNginx === undefined)('what is told (needs nginx)', () => {
  test('at a start: that there is no Lua, unless it is not wanted', async () => {
    const { runtime, told } = bench.side();
    if (testedNginx === undefined) return;
    const capabilities = { ...testedNginx.capabilities, lua: { found: false, because: 'it is gone' } } as const;
    for (const lua of ['auto', 'off'] as const) {
      const parts = { ...runtime.parts, nginx: { ...testedNginx, capabilities }, options: { ...runtime.parts.options, lua } };
      const dataplane = new NginxDataplane(new NginxRuntime(parts));
      await dataplane.start(never);
      await dataplane.stop(never);
    }
    const warnings = told.filter(({ level }) => level === 'warn');
    expect(warnings).toEqual([
      expect.objectContaining({ message: expect.stringContaining('no Lua'), fields: expect.objectContaining({ because: 'it is gone' }) }),
    ]);
  });

  test('at a take-over: that nginx listens elsewhere until there is a configuration', async () => {
    const first = await bench.started();
    bench.abandon(first);
    rmSync(bench.folder.ports);
    const second = await bench.started();
    expect(second.port).not.toBe(first.port);
    expect(second.told).toContainEqual({
      level: 'warn',
      message: expect.stringContaining('the run before'),
      fields: { ports: [first.port] },
    });
    await second.reloader.apply(artifactOf(second.table([hostChunk('a.test')])), never);
    expect(await ask(second.port, 'a.test')).toBe('200 a.test');
  });

  test('at a stop: how many connections are cut when its time is over', async () => {
    const side = await bench.started();
    const { request, end } = await openRequest(side);
    await side.dataplane.stop(AbortSignal.timeout(100));
    expect(await request).toBeUndefined();
    expect(side.told).toContainEqual({ level: 'warn', message: expect.stringContaining('are cut'), fields: { connections: 1 } });
    expect(JSON.stringify(side.told)).not.toMatch(/aborting|open socket/);
    end();
  });
});
