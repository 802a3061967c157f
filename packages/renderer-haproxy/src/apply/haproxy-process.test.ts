import { chmodSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { isAlive, processInfo, signalProcess } from '@sluice/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  HaproxyBench,
  artifactOf,
  ask,
  host,
  never,
  spares,
  testBackend,
  testMap,
  testedHaproxies,
  until,
} from '../testing/haproxy-bench.ts';
import type { Side, Wanted } from '../testing/haproxy-bench.ts';
import { haproxyFolder } from './haproxy-folder.ts';

describe.each(testedHaproxies)('$capabilities.version', (haproxy) => {
  let bench: HaproxyBench;
  let one = 0;
  beforeEach(async () => {
    bench = new HaproxyBench(haproxy);
    one = await bench.upstream();
  });
  afterEach(() => bench.close());

  function apply(side: Side, wanted: Wanted) {
    return side.reloader.apply(artifactOf(side.table(wanted)), never);
  }

  const serving = (name: string): Wanted => ({ hosts: { [`${name}.test`]: name }, backends: [testBackend(name, [one]), ...spares(2)] });

  test('an HAProxy whose controller was killed goes on, and the next one takes it over', async () => {
    const first = await bench.started();
    await apply(first, { backends: [...spares(2)] });
    await apply(first, serving('a'));
    const { pid } = first.runtime.process;
    bench.abandon(first);
    expect(await ask(first.port, 'a.test')).toBe(`200 ${one}`);
    const second = await bench.started();
    expect(second.runtime.process.pid).toBe(pid);
    expect(second.told.map(({ message }) => message)).toEqual(['adopted haproxy', 'listening']);
    const same = { hosts: { 'a.test': 'a' }, backends: [testBackend('a', [one]), ...spares(2)] };
    // Its worker was told of the backend, so that what it has read is something else.
    expect(await apply(second, same)).toMatchObject({
      reasons: ['HAProxy was started by an earlier run, and what it was told since is not known'],
    });
    bench.abandon(second);
    const third = await bench.started();
    expect(await apply(third, same)).toMatchObject({ reasons: ['HAProxy served this configuration already'] });
    expect(third.runtime.counters.reloads).toBe(0);
    expect(await apply(third, serving('b'))).toMatchObject({ kind: 'applied' });
    expect(third.runtime.counters).toMatchObject({ reloads: 0, runtimeUpdates: 1 });
    expect(await ask(third.port, 'b.test')).toBe(`200 ${one}`);
  }, 20_000);

  test('a worker that dies is followed by another HAProxy, which has what was applied last', async () => {
    const side = await bench.started();
    await apply(side, { backends: [...spares(2)] });
    await apply(side, serving('a'));
    const [worker] = side.runtime.process.workers();
    if (worker !== undefined) signalProcess(worker, 'SIGKILL');
    await until(() => side.runtime.process.restarts === 1 && side.runtime.serial.idle);
    expect(await ask(side.port, 'a.test')).toBe(`200 ${one}`);
    const reloads = side.runtime.counters.reloads;
    expect(await apply(side, serving('b'))).toMatchObject({ kind: 'applied' });
    expect(side.runtime.counters.reloads).toBe(reloads);
    expect(await ask(side.port, 'b.test')).toBe(`200 ${one}`);
  }, 20_000);

  test('workers of a killed master serve until another one does', async () => {
    const side = await bench.started();
    await apply(side, serving('a'));
    const master = processInfo(side.runtime.process.pid ?? 0);
    const [worker] = side.runtime.process.workers();
    if (master !== undefined) signalProcess(master, 'SIGKILL');
    let answers = 0;
    await until(async () => {
      if ((await ask(side.port, 'a.test')) === `200 ${one}`) answers++;
      return side.runtime.process.restarts === 1 && worker !== undefined && !isAlive(worker);
    });
    expect(answers).toBeGreaterThan(0);
    expect(await ask(side.port, 'a.test')).toBe(`200 ${one}`);
  }, 20_000);

  test('a worker that dies in the middle of a swap fails the change, which is made good the next time', async () => {
    const side = await bench.started();
    await apply(side, { backends: [...spares(2)] });
    const large = new Map(Array.from({ length: 50_000 }, (_, index) => [`/${index}`, 'x']));
    const wanted = {
      ...serving('a'),
      maps: [testMap('backends', {}, { runtime: true }), testMap('records', large), testMap('hosts', { 'a.test': 'a' })],
    };
    const [worker] = side.runtime.process.workers();
    const outcome = apply(side, wanted);
    await until(() => readFileSync(join(bench.folder.current, 'maps/records.map'), 'utf8').length > 0);
    if (worker !== undefined) signalProcess(worker, 'SIGKILL');
    await expect(outcome).rejects.toMatchObject({ code: 'SLU3005', retryable: true });
    await until(() => side.runtime.process.restarts === 1);
    expect(await apply(side, wanted)).toMatchObject({
      reasons: [expect.stringMatching(/a change was not told to HAProxy as a whole|in the middle of a change/)],
    });
    expect(await ask(side.port, 'a.test')).toBe(`200 ${one}`);
  }, 30_000);

  test('a socket that never answers is an error and no end of waiting', async () => {
    const side = await bench.started();
    const silent = createServer(() => {});
    const path = join(bench.data, 's.sock');
    await new Promise<void>((resolve) => void silent.listen(path, resolve));
    const { WorkerChannel } = await import('./worker-channel.ts');
    await expect(new WorkerChannel(path, 'x', 50).run(['x'])).rejects.toMatchObject({ code: 'SLU3005' });
    silent.close();
    await expect(new WorkerChannel(bench.folder.workerSocket, 'another').run(['show info'])).rejects.toMatchObject({ code: 'SLU3005' });
    expect(side.runtime.running).toBe(true);
  });

  test('health tells of a stopped process, facts and counters of what is served', async () => {
    const side = await bench.started();
    await apply(side, serving('a'));
    await ask(side.port, 'a.test');
    expect(await side.dataplane.health()).toEqual({ healthy: true });
    await until(() => side.dataplane.stats().requests === 1);
    await until(() => /^127\.0\.0\.1 - - \[.*\] "GET \/ HTTP\/1\.1" 200 \d+ "-" "-" \d+ .*\n$/.test(side.accessLog.join('')));
    const [worker] = side.runtime.process.workers();
    if (worker !== undefined) signalProcess(worker, 'SIGSTOP');
    expect(await side.dataplane.health()).toMatchObject({ healthy: false, reason: expect.stringContaining('SIGSTOP') });
    if (worker !== undefined) signalProcess(worker, 'SIGCONT');
    expect(side.dataplane.facts()).toMatchObject({
      proxy: 'haproxy',
      version: haproxy.capabilities.version,
      restarts: 0,
      draining: { workers: 0 },
    });
    await side.dataplane.stop(AbortSignal.timeout(5000));
    expect(worker !== undefined && isAlive(worker)).toBe(false);
  }, 20_000);

  test('connections that an old worker still has are counted until they end', async () => {
    const waiting: ServerResponse[] = [];
    const slow = await bench.upstream((response) => void waiting.push(response));
    const side = await bench.started();
    await apply(side, { hosts: { 'a.test': 'a' }, backends: [testBackend('a', [slow])] });
    const answer = ask(side.port, 'a.test');
    await until(() => waiting.length === 1);
    expect(await apply(side, { ...serving('b'), more: '  http-request set-header x y\n' })).toMatchObject({
      draining: 1,
      reasons: ['the frontends changed', '1 connection still on old workers'],
    });
    expect(side.dataplane.facts()).toMatchObject({ draining: { workers: 1, connections: 1 } });
    waiting[0]?.end('late');
    expect(await answer).toBe('200 late');
    await until(() => side.runtime.draining.workers === 0);
  }, 20_000);

  test('a stop lets requests end until its time is over, and then leaves nothing behind', async () => {
    const waiting: ServerResponse[] = [];
    const slow = await bench.upstream((response) => void waiting.push(response));
    const side = await bench.started();
    await apply(side, { hosts: { 'a.test': 'a' }, backends: [testBackend('a', [slow])] });
    const [finished, cut] = [ask(side.port, 'a.test'), ask(side.port, 'a.test')];
    await until(() => waiting.length === 2);
    const processes = side.runtime.process.workers();
    const over = new AbortController();
    const stopped = side.dataplane.stop(over.signal);
    waiting[0]?.end('late');
    expect(await Promise.race([finished, cut])).toBe('200 late');
    over.abort();
    await stopped;
    expect(processes.some(isAlive)).toBe(false);
    const cutting = side.told.find(({ message }) => message.startsWith('the time to stop is over'));
    expect(cutting).toMatchObject({ level: 'warn', fields: { connections: 1 } });
    expect(readdirSync(bench.folder.run)).not.toContain('controller.json');
  }, 20_000);

  test('an HAProxy that ends during a reload fails it, and the next change is made good', async () => {
    const side = await bench.started();
    await apply(side, serving('a'));
    const master = processInfo(side.runtime.process.pid ?? 0);
    const changed = { ...serving('b'), more: '  http-request set-header x y\n' };
    const outcome = apply(side, changed).catch((error: unknown) => error);
    await until(() => readFileSync(join(bench.folder.current, 'haproxy.cfg'), 'utf8').includes('set-header x y'));
    if (master !== undefined) signalProcess(master, 'SIGKILL');
    await outcome;
    await until(() => side.runtime.process.restarts === 1 && side.runtime.serial.idle);
    await apply(side, changed);
    expect(await ask(side.port, 'b.test')).toBe(`200 ${one}`);
  }, 30_000);

  test('an address that is taken is said by name', async () => {
    const side = bench.side();
    const other = createServer();
    await new Promise<void>((resolve) => void other.listen(side.port, host, resolve));
    await expect(side.dataplane.start(never)).rejects.toMatchObject({ code: 'SLU3001' });
    other.close();
  });

  test('what cannot be written is an error that is tried again, and HAProxy serves on', async () => {
    const side = await bench.started();
    await apply(side, serving('a'));
    if (process.getuid?.() === 0) {
      // Root may write everywhere: a file where a folder should be.
      const { rmSync } = await import('node:fs');
      rmSync(bench.folder.certificates, { recursive: true });
      writeFileSync(bench.folder.certificates, '');
    } else chmodSync(bench.folder.generations, 0o500);
    await expect(apply(side, serving('b'))).rejects.toMatchObject({ code: 'SLU3004', retryable: true });
    expect(await ask(side.port, 'a.test')).toBe(`200 ${one}`);
  });

  test('only what is served is kept on the disk', async () => {
    const side = await bench.started();
    for (const name of ['a', 'b', 'c']) await apply(side, serving(name));
    expect(readdirSync(bench.folder.generations)).toEqual([side.runtime.served.good]);
    expect(readdirSync(bench.folder.certificates).length).toBe(1);
  });
});

test.skipIf(testedHaproxies[0] === undefined)('sockets in a folder whose path is too long for them are reached', async () => {
  const [haproxy] = testedHaproxies;
  if (haproxy === undefined) return;
  const bench = new HaproxyBench(haproxy, 'x'.repeat(120));
  const { mkdirSync } = await import('node:fs');
  mkdirSync(haproxyFolder(bench.data).root, { recursive: true });
  const side = await bench.started();
  expect(await side.reloader.apply(artifactOf(side.table({ hosts: {} })), never)).toMatchObject({ kind: 'applied' });
  await bench.close();
});

test.skipIf(testedHaproxies.length < 2)(
  'an HAProxy of another version serves until its successor does',
  async () => {
    const [older, newer] = testedHaproxies;
    if (older === undefined || newer === undefined) return;
    const bench = new HaproxyBench(older);
    const one = await bench.upstream();
    const first = await bench.started();
    const wanted: Wanted = { hosts: { 'a.test': 'a' }, backends: [testBackend('a', [one])] };
    await first.reloader.apply(artifactOf(first.table(wanted)), never);
    const { pid } = first.runtime.process;
    bench.abandon(first);
    const second = bench.side({}, newer);
    let isStarted = false;
    const starting = second.dataplane.start(never).then(() => (isStarted = true));
    const answers = new Set<string | undefined>();
    await until(async () => {
      answers.add(await ask(first.port, 'a.test'));
      return isStarted;
    });
    await starting;
    await until(() => processInfo(pid ?? 0) === undefined);
    // Connections that wait for a worker which ends are reset by the system; none is answered by anybody else.
    answers.delete(undefined);
    answers.add(await ask(first.port, 'a.test'));
    expect([...answers]).toEqual([`200 ${one}`]);
    expect(second.told.map(({ message }) => message)).toEqual([
      'the haproxy that runs is of no use and is replaced',
      'started haproxy',
      'listening',
    ]);
    await bench.close();
  },
  20_000,
);
