import { createServer } from 'node:http';
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { KeyMaterial } from '@sluice/core';
import type { LiveTable } from '../translate/live-table.ts';
import { ProcessBench, artifactOf, ask, host, hostChunk, never, testedNginx, until } from '../testing/process-bench.ts';
import type { LiveSync } from './live-sync.ts';

let bench: ProcessBench;
beforeEach(() => void (bench = new ProcessBench()));
afterEach(() => bench.close());

/** `idle`: how many connections are idle, answer by answer. */
function recordingLive(calls: string[], idle: number[] = []): LiveSync {
  return {
    prepare: async ({ digest }) => void calls.push(`prepare ${digest}`),
    sync: async ({ digest }, keep) => void calls.push(`sync ${digest}${keep === undefined ? '' : ` keep ${keep.digest}`}`),
    drain: async (digest) => {
      calls.push(digest === undefined ? 'drain nothing' : 'drain the old one');
      return idle.shift() ?? 0;
    },
    close: async () => {},
  };
}

function liveTable(digest: string): LiveTable {
  return { digest, upstreams: new Map(), certificates: new Map(), names: new Map() };
}

describe.skipIf(testedNginx === undefined)('apply (needs nginx)', () => {
  test('a generation is served when it resolves, and not before it was applied', async () => {
    const { reloader, port, table } = await bench.started();
    expect(await ask(port, 'a.test')).toMatch(/^503/);
    const outcome = await reloader.apply(artifactOf(table([hostChunk('a.test')])), never);
    expect(outcome).toMatchObject({ kind: 'applied', reasons: ['first configuration'] });
    for (let asked = 0; asked < 20; asked++) expect(await ask(port, 'a.test')).toBe('200 a.test');
  });

  test('the same again is unchanged, and nginx is left alone', async () => {
    const { reloader, table, runtime } = await bench.started();
    const artifact = artifactOf(table([hostChunk('a.test')]));
    await reloader.apply(artifact, never);
    const workers = runtime.process.workers();
    expect(await reloader.apply(artifact, never)).toMatchObject({ kind: 'unchanged', generation: { digest: artifact.digest } });
    expect(runtime.process.workers().map(({ pid }) => pid)).toEqual(workers.map(({ pid }) => pid));
    expect(runtime.counters.reloads).toBe(1);
  });

  test('reasons name the hosts', async () => {
    const { reloader, table } = await bench.started();
    await reloader.apply(artifactOf(table([hostChunk('a.test'), hostChunk('b.test')])), never);
    const next = table([hostChunk('b.test', 'gzip on;'), hostChunk('c.test')]);
    const outcome = await reloader.apply(artifactOf(next), never);
    expect(outcome).toMatchObject({ reasons: ['host b.test changed', 'host c.test added', 'host a.test removed'] });
  });

  test('what nginx refuses at a reload is rolled back in its own words, and what it served goes on', async () => {
    const { reloader, port, table, runtime } = await bench.started();
    await reloader.apply(artifactOf(table([hostChunk('a.test')])), never);
    const good = runtime.store.currentId();
    const outcome = await reloader.apply(artifactOf(table([hostChunk('b.test', 'nonsense on;')])), never);
    expect(outcome).toEqual({ kind: 'rolledBack', message: 'unknown directive "nonsense"' });
    expect(runtime.store.currentId()).toBe(good);
    expect(await ask(port, 'a.test')).toBe('200 a.test');
    expect(await reloader.apply(artifactOf(table([hostChunk('b.test')])), never)).toMatchObject({ kind: 'applied' });
    expect(await ask(port, 'b.test')).toBe('200 b.test');
  });

  test('an error in workers that is none of the master is no refusal', async () => {
    const { reloader, table, port } = await bench.started();
    await reloader.apply(artifactOf(table([hostChunk('a.test', 'root /does/not/exist; location /file { }')])), never);
    const asking = Array.from({ length: 5 }, () => ask(port, 'a.test', '/file'));
    expect(await reloader.apply(artifactOf(table([hostChunk('b.test')])), never)).toMatchObject({ kind: 'applied' });
    await Promise.all(asking);
  });

  test('files are there for who reads them, and secrets for nobody else', async () => {
    const { reloader, table, port, runtime } = await bench.started();
    const files = [
      { path: 'passwords/1', content: 'u:{PLAIN}p\n', readers: 'workers' as const },
      { path: 'authorities/1', content: new KeyMaterial('a secret'), readers: 'master' as const },
    ];
    const secured = hostChunk(
      'a.test',
      'auth_basic x; auth_basic_user_file current/passwords/1; root .; location /x { try_files /nothing =204; }',
    );
    await reloader.apply(artifactOf(table([secured], { files })), never);
    expect(await ask(port, 'a.test', '/x')).toMatch(/^401/);
    const names = readdirSync(join(bench.folder.generations, runtime.store.currentId() ?? ''), { recursive: true });
    expect(names).toContain('authorities/1');
  });

  test('idle connections are waited for, but not for ever', async () => {
    const calls: string[] = [];
    const idle: number[] = [];
    const { reloader, table } = await bench.started({ idleDrainMs: 500 }, recordingLive(calls, idle));
    const drains = async (host: string): Promise<number> => {
      calls.length = 0;
      await reloader.apply(artifactOf(table([hostChunk(host)], { live: liveTable('1') })), never);
      return calls.filter((call) => call === 'drain the old one').length;
    };
    await drains('a.test');
    idle.push(2, 0, 1, 0);
    // Twice in a row.
    expect(await drains('b.test')).toBe(5);
    idle.push(...Array<number>(1000).fill(1));
    expect(await drains('c.test')).toBeLessThan(100);
  });

  test('the union of both is in memory while workers change over', async () => {
    const calls: string[] = [];
    const { reloader, table } = await bench.started({}, recordingLive(calls));
    await reloader.apply(artifactOf(table([hostChunk('a.test')], { live: liveTable('1') })), never);
    calls.length = 0;
    await reloader.apply(artifactOf(table([hostChunk('b.test')], { live: liveTable('2') })), never);
    expect(calls).toEqual(['sync 2 keep 1', 'drain the old one', 'drain the old one', 'sync 2', 'drain nothing']);
    calls.length = 0;
    const outcome = await reloader.apply(artifactOf(table([hostChunk('b.test')], { live: liveTable('3') })), never);
    expect(calls).toEqual(['sync 3']);
    expect(outcome).toMatchObject({ kind: 'applied' });
    expect(await reloader.apply(artifactOf(table([hostChunk('b.test')], { live: liveTable('3') })), never)).toMatchObject({
      kind: 'unchanged',
    });
    expect(calls).toEqual(['sync 3']);
  });

  test('connections on old workers are told, and those of the oldest are cut when there are too many', async () => {
    const upstream = createServer((_request, response) => void response.write('begun'));
    await new Promise<void>((resolve) => void upstream.listen(0, host, resolve));
    const address = upstream.address();
    const backend = typeof address === 'object' ? `http://${host}:${address?.port}` : '';
    const slow = (name: string) => hostChunk(name, `proxy_buffering off; location /slow { proxy_pass ${backend}; }`);
    const { reloader, table, port, told, runtime } = await bench.started({ drainingGenerations: 1 });
    const ended: string[] = [];
    for (const name of ['a.test', 'b.test', 'c.test']) {
      await reloader.apply(artifactOf(table([slow(name)])), never);
      void ask(port, name, '/slow').then(() => ended.push(name));
      const workers = new Set(runtime.process.workers().filter(({ draining }) => !draining));
      await until(() => runtime.draining.connections([...workers]) === 1);
    }
    const outcome = await reloader.apply(artifactOf(table([slow('d.test')])), never);
    expect(outcome).toMatchObject({ kind: 'applied', draining: 1 });
    expect(outcome).toMatchObject({ reasons: expect.arrayContaining(['1 connection still on old workers']) });
    await until(() => ended.length === 2);
    expect(ended.toSorted()).toEqual(['a.test', 'b.test']);
    expect(told.filter(({ message }) => message === 'the connections of the oldest configuration are cut')).toMatchObject([
      { fields: { connections: 1 } },
      { fields: { connections: 1 } },
    ]);
    upstream.closeAllConnections();
    upstream.close();
  });

  test('generations that nobody reads are removed', async () => {
    const { reloader, table, runtime } = await bench.started();
    for (const name of ['a', 'b', 'c', 'd']) await reloader.apply(artifactOf(table([hostChunk(`${name}.test`)])), never);
    await until(async () => {
      await runtime.tidy();
      return readdirSync(bench.folder.generations).length === 2;
    });
    expect(readdirSync(bench.folder.generations)).toContain(runtime.store.currentId());
  });

  test('a worker of the old configuration that hangs does not stop the new one', async () => {
    const { reloader, table, port, runtime } = await bench.started({ testTimeoutMs: 1500 });
    const [stuck] = runtime.process.workers();
    process.kill(stuck?.pid ?? 0, 'SIGSTOP');
    expect(await reloader.apply(artifactOf(table([hostChunk('a.test')])), never)).toMatchObject({ kind: 'applied' });
    for (let asked = 0; asked < 10; asked++) expect(await ask(port, 'a.test')).toBe('200 a.test');
  });

  test('old workers find their files for the requests that they still get', async () => {
    const { reloader, table, runtime } = await bench.started();
    const files = [{ path: 'passwords/old', content: 'x', readers: 'workers' as const }];
    await reloader.apply(artifactOf(table([hostChunk('a.test')], { files })), never);
    await reloader.apply(artifactOf(table([hostChunk('b.test')])), never);
    expect(readdirSync(join(bench.folder.generations, runtime.store.currentId() ?? '', 'passwords'))).toEqual(['old']);
  });
});

describe.skipIf(testedNginx === undefined)('validate (needs nginx)', () => {
  test('what was accepted or serves is not looked at again', async () => {
    const count = join(bench.data, 'count');
    const program = join(bench.data, 'counting-nginx');
    writeFileSync(program, `#!/bin/sh\necho "$*" >> ${count}\nexec ${testedNginx?.path} "$@"\n`, { mode: 0o755 });
    const side = bench.side({}, undefined, program);
    await side.dataplane.start(never);
    const tests = () => readFileSync(count, 'utf8').match(/ -t$/gm)?.length ?? 0;
    const artifact = artifactOf(side.table([hostChunk('a.test')]));
    for (let times = 0; times < 2; times++) expect(await side.reloader.validate(artifact, never)).toEqual({ kind: 'accepted' });
    expect(tests()).toBe(1);
    const other = artifactOf(side.table([hostChunk('b.test')]));
    await side.reloader.apply(other, never);
    expect(await side.reloader.validate(other, never)).toEqual({ kind: 'accepted' });
    expect(tests()).toBe(1);
  });

  test('without nginx everything is accepted, and nothing starts', async () => {
    const side = bench.side();
    Object.assign(side.runtime, { parts: { ...side.runtime.parts, nginx: undefined } });
    expect(await side.reloader.validate(artifactOf(side.table([hostChunk('a.test', 'nonsense;')])), never)).toEqual({ kind: 'accepted' });
    await expect(side.dataplane.start(never)).rejects.toMatchObject({
      code: 'SLU3002',
      message: expect.stringContaining('apt-get install'),
    });
  });

  test('a file that cannot be written is a reason to try again', async () => {
    const side = await bench.started();
    rmSync(bench.folder.scratch, { recursive: true });
    writeFileSync(bench.folder.scratch, 'in the way');
    expect(await side.reloader.validate(artifactOf(side.table([hostChunk('a.test')])), never)).toEqual({ kind: 'accepted' });
    rmSync(bench.folder.generations, { recursive: true });
    writeFileSync(bench.folder.generations, 'in the way');
    await expect(side.reloader.apply(artifactOf(side.table([hostChunk('a.test')])), never)).rejects.toMatchObject({
      code: 'SLU3004',
      retryable: true,
    });
    expect(await ask(side.port, 'a.test')).toMatch(/^503/);
  });
});
