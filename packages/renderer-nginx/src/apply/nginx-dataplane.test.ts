import { readFileSync, readlinkSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isAlive, processInfo } from '@sluice/core';
import { findMaster } from './nginx-master.ts';
import type { Side } from '../testing/process-bench.ts';
import { ProcessBench, artifactOf, ask, host, hostChunk, never, silentLive, testedNginx, until } from '../testing/process-bench.ts';

let bench: ProcessBench;
beforeEach(() => void (bench = new ProcessBench()));
afterEach(() => bench.close());

async function serving(side?: Side): Promise<Side> {
  const started = side ?? (await bench.started());
  await started.reloader.apply(artifactOf(started.table([hostChunk('a.test')])), never);
  return started;
}

function masterOf({ runtime }: Side): number {
  return runtime.process.pid ?? 0;
}

describe.skipIf(testedNginx === undefined)('a start of nginx (needs nginx)', () => {
  test('answers 503 before there is anything else, and tells where it listens', async () => {
    const { port, told, dataplane } = await bench.started();
    expect(await ask(port, 'a.test')).toMatch(/^503/);
    expect(told.map(({ message }) => message)).toEqual(['started nginx', 'listening']);
    expect(told[1]?.fields).toEqual({ http: [`${host}:${port}`], https: [] });
    expect(dataplane.addresses().http).toEqual([{ host, port }]);
    expect(await dataplane.health()).toEqual({ healthy: true });
  });

  test('serves what was served last, with nobody telling it', async () => {
    const first = await serving();
    await first.dataplane.stop(never);
    expect(await ask(first.port, 'a.test')).toBeUndefined();
    const second = await bench.started();
    expect(second.port).toBe(first.port);
    expect(await ask(second.port, 'a.test')).toBe('200 a.test');
    const outcome = await second.reloader.apply(artifactOf(second.table([hostChunk('a.test')])), never);
    expect(outcome).toMatchObject({ kind: 'applied', reasons: ['nginx served this configuration already'] });
    expect(second.runtime.counters.reloads).toBe(0);
  });

  test('with other options serves what it has until the first configuration, which is another generation', async () => {
    const first = await serving();
    await first.dataplane.stop(never);
    const second = await bench.started({ workerConnections: 100 });
    expect(await ask(second.port, 'a.test')).toBe('200 a.test');
    await serving(second);
    expect(second.runtime.counters.reloads).toBe(1);
  });

  test('does not serve what listens elsewhere', async () => {
    const first = await serving();
    await first.dataplane.stop(never);
    rmSync(bench.folder.ports);
    const second = await bench.started();
    expect(second.port).not.toBe(first.port);
    expect(await ask(second.port, 'a.test')).toMatch(/^503/);
  });

  test('goes back to what nginx was seen to serve when it refuses what it was to serve next', async () => {
    const first = await serving();
    const { store } = first.runtime;
    await store.switchTo(await store.write(first.table([hostChunk('b.test', 'nonsense;')])));
    await first.dataplane.stop(never);
    const second = await bench.started();
    expect(await ask(second.port, 'a.test')).toBe('200 a.test');
  });

  test('does without what it served last when nginx refuses that by now', async () => {
    const first = await serving();
    await first.dataplane.stop(never);
    writeFileSync(join(bench.folder.current, 'nginx.conf'), 'nonsense;');
    const second = await bench.started();
    expect(await ask(second.port, 'a.test')).toMatch(/^503/);
    expect(second.told).toContainEqual(expect.objectContaining({ message: 'nginx refuses the configuration that it served last' }));
  });

  test('is SLU3001 with the address when somebody else listens there, and leaves nothing behind', async () => {
    const taken = createServer();
    const side = bench.side();
    await new Promise<void>((resolve) => void taken.listen(side.port, host, resolve));
    const message = expect.stringContaining(`${host}:${side.port}`);
    await expect(side.dataplane.start(never)).rejects.toMatchObject({ code: 'SLU3001', message });
    taken.close();
    expect(await side.dataplane.health()).toEqual({ healthy: false, reason: 'nginx is not started' });
    expect(side.runtime.process.remains()).toEqual([]);
  });

  test('that is stopped in the middle leaves no nginx', async () => {
    const side = bench.side();
    const aborter = new AbortController();
    const started = side.dataplane.start(aborter.signal);
    aborter.abort();
    await expect(started).rejects.toMatchObject({ name: 'AbortError' });
    expect(side.runtime.process.remains()).toEqual([]);
  });

  test('keeps the default certificate, whose key nobody else can read', async () => {
    const first = await bench.started();
    const file = join(bench.folder.defaults, 'tls.key');
    const pem = readFileSync(file, 'utf8');
    expect(pem).toContain('PRIVATE KEY');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await first.dataplane.stop(never);
    await bench.started();
    expect(readFileSync(file, 'utf8')).toBe(pem);
  });

  test('finds no half-made things of a start that was killed', async () => {
    const first = await serving();
    await first.dataplane.stop(never);
    const { generations, root, current } = bench.folder;
    writeFileSync(join(generations, '.tmp-abc-1-1'), 'half');
    symlinkSync('generations/abc', join(root, '.tmp-current-1-1'));
    const second = await bench.started();
    expect(await ask(second.port, 'a.test')).toBe('200 a.test');
    expect(statSync(join(generations, '.tmp-abc-1-1'), { throwIfNoEntry: false })).toBeUndefined();
    expect(readlinkSync(current)).toMatch(/^generations\//);
  });
});

describe.skipIf(testedNginx === undefined)('taking over (needs nginx)', () => {
  test('an nginx whose controller was killed goes on without a gap', async () => {
    const first = await serving();
    const pid = masterOf(first);
    bench.abandon(first);
    const second = await bench.started();
    expect(second.told.map(({ message }) => message)).toEqual(['adopted nginx', 'listening']);
    expect(masterOf(second)).toBe(pid);
    expect(await ask(second.port, 'a.test')).toBe('200 a.test');
    const artifact = artifactOf(second.table([hostChunk('a.test')]));
    expect(await second.reloader.apply(artifact, never)).toMatchObject({ kind: 'applied' });
    expect(second.runtime.counters.reloads).toBe(0);
    process.kill(pid, 'SIGKILL');
    await until(() => second.runtime.process.restarts === 1);
    expect(await ask(second.port, 'a.test')).toBe('200 a.test');
  });

  test('a switch that nginx was not told of before the kill is made good', async () => {
    const first = await serving();
    const next = first.table([hostChunk('b.test')]);
    await first.runtime.store.acknowledge(undefined);
    await first.runtime.store.switchTo(await first.runtime.store.write(next));
    bench.abandon(first);
    const second = await bench.started();
    expect(await ask(second.port, 'b.test')).not.toBe('200 b.test');
    await second.reloader.apply(artifactOf(second.table([hostChunk('b.test')])), never);
    expect(await ask(second.port, 'b.test')).toBe('200 b.test');
  });

  test('workers without a master serve until the next nginx does', async () => {
    const first = await serving();
    const workers = first.runtime.process.workers();
    const master = masterOf(first);
    bench.abandon(first);
    process.kill(master, 'SIGKILL');
    await until(() => findMaster(bench.folder) === undefined);
    expect(await ask(first.port, 'a.test')).toBe('200 a.test');
    const second = await bench.started();
    // Connections that wait for a worker which ends are reset by the system.
    await expect.poll(() => ask(second.port, 'a.test')).toBe('200 a.test');
    await until(() => !workers.some(isAlive));
    expect(await ask(second.port, 'a.test')).toBe('200 a.test');
  });

  test('an nginx of another program is replaced, its workers serving until then', async () => {
    const first = await serving();
    const pid = masterOf(first);
    bench.abandon(first);
    writeFileSync(bench.folder.program, 'an older nginx');
    const second = await bench.started();
    expect(masterOf(second)).not.toBe(pid);
    // Connections that wait for a worker which ends are reset by the system.
    await expect.poll(() => ask(second.port, 'a.test')).toBe('200 a.test');
  });

  test('another process with the number of a dead nginx is left alone', async () => {
    const first = await serving();
    await first.dataplane.stop(never);
    writeFileSync(bench.folder.pid, String(process.pid));
    const second = await bench.started();
    expect(masterOf(second)).not.toBe(process.pid);
    expect(await ask(second.port, 'a.test')).toBe('200 a.test');
  });
});

/** Asks for the same again and again until the function that is returned is called. */
function askOnAndOn(side: Side, answers: (string | undefined)[]): () => Promise<void> {
  const aborter = new AbortController();
  const asking = (async () => {
    while (!aborter.signal.aborted) answers.push(await ask(side.port, 'a.test'));
  })();
  return () => {
    aborter.abort();
    return asking;
  };
}

describe.skipIf(testedNginx === undefined)('supervision (needs nginx)', () => {
  test('no request is lost over many reloads', async () => {
    const side = await serving();
    const answers: (string | undefined)[] = [];
    const loads = [1, 2, 3].map(() => askOnAndOn(side, answers));
    for (let reload = 0; reload < 8; reload++)
      await side.reloader.apply(artifactOf(side.table([hostChunk('a.test'), hostChunk(`b${reload}.test`)])), never);
    for (const end of loads) await end();
    expect(answers.length).toBeGreaterThan(50);
    expect(answers.filter((answer) => answer !== '200 a.test')).toEqual([]);
  });

  test('a master that dies between a switch and its reload comes back with what served before when it refuses the new', async () => {
    // Workers are told to send clients elsewhere when all is switched and nginx has not been told.
    let die = (): void => {};
    const drain = async (digest?: string): Promise<number> => {
      if (digest !== undefined) die();
      return 0;
    };
    const side = await bench.started({}, { ...silentLive, drain });
    await serving(side);
    const pid = masterOf(side);
    die = () => void process.kill(pid, 'SIGKILL');
    const applied = side.reloader.apply(artifactOf(side.table([hostChunk('b.test', 'nonsense;')])), never);
    expect(await applied.catch((error: unknown) => error)).not.toMatchObject({ kind: 'applied' });
    await until(() => side.runtime.process.restarts === 1);
    expect(await ask(side.port, 'a.test')).toBe('200 a.test');
    expect(side.told.some(({ message }) => message === 'nginx goes back to the configuration that it served before')).toBe(true);
  });

  test('a killed master comes back while requests are sent, of which none is lost before', async () => {
    const side = await serving();
    const pid = masterOf(side);
    const answers: (string | undefined)[] = [];
    const load = askOnAndOn(side, answers);
    await until(() => answers.length > 20);
    process.kill(pid, 'SIGKILL');
    await until(() => side.runtime.process.restarts === 1);
    const before = answers.length;
    await until(() => answers.length > before + 20);
    await load();
    expect(masterOf(side)).not.toBe(pid);
    expect(answers.slice(before + 5).every((answer) => answer === '200 a.test')).toBe(true);
    expect(side.told).toContainEqual(expect.objectContaining({ message: 'nginx has ended and is started again' }));
    expect(JSON.stringify(side.told)).not.toContain('cannot be started');
    await until(async () => (await side.dataplane.health()).healthy);
  });

  test('a killed worker comes back', async () => {
    const side = await serving();
    const [worker] = side.runtime.process.workers();
    process.kill(worker?.pid ?? 0, 'SIGKILL');
    await until(
      () => side.runtime.process.workers().length === 2 && !side.runtime.process.workers().some(({ pid }) => pid === worker?.pid),
    );
    expect(await ask(side.port, 'a.test')).toBe('200 a.test');
    await until(() =>
      side.told.some(({ fields }) => String(fields?.['text']).includes(`worker process ${worker?.pid} exited on signal 9`)),
    );
  });

  test('an nginx that cannot be started again is ill, and tried again', async () => {
    const side = await serving();
    writeFileSync(join(bench.folder.current, 'nginx.conf'), 'nonsense;');
    for (const { pid } of side.runtime.process.workers()) process.kill(pid, 'SIGKILL');
    process.kill(masterOf(side), 'SIGKILL');
    await until(() => side.told.filter(({ message }) => message === 'nginx cannot be started').length > 1);
    expect(await side.dataplane.health()).toMatchObject({ healthy: false, reason: expect.stringContaining('does not run') });
    rmSync(bench.folder.current);
    symlinkSync(`generations/${await side.runtime.store.write(side.table([hostChunk('b.test')]))}`, bench.folder.current);
    await until(() => side.runtime.process.restarts === 1);
    expect(await ask(side.port, 'b.test')).toBe('200 b.test');
  });
});

describe.skipIf(testedNginx === undefined)('health and numbers (need nginx)', () => {
  test('a stopped worker is told', async () => {
    const side = await serving();
    const [worker] = side.runtime.process.workers();
    process.kill(worker?.pid ?? 0, 'SIGSTOP');
    await until(() => processInfo(worker?.pid ?? 0)?.state === 'T');
    expect(await side.dataplane.health()).toEqual({ healthy: false, reason: `the process ${worker?.pid} of nginx is stopped (SIGSTOP)` });
    process.kill(worker?.pid ?? 0, 'SIGCONT');
    await until(async () => (await side.dataplane.health()).healthy);
  });

  test('requests are counted, and facts are plain', async () => {
    const side = await serving();
    for (let asked = 0; asked < 5; asked++) await ask(side.port, 'a.test');
    await until(() => side.dataplane.stats().requests >= 5);
    const facts = side.dataplane.facts();
    expect(facts).toMatchObject({
      proxy: 'nginx',
      version: testedNginx?.capabilities.version,
      reloads: 1,
      restarts: 0,
      pid: masterOf(side),
    });
    expect(JSON.parse(JSON.stringify(facts))).toMatchObject({ lastReload: { reasons: ['first configuration'] } });
  });
});

describe.skipIf(testedNginx === undefined)('a stop (needs nginx)', () => {
  async function withSlowRequest(): Promise<{
    readonly side: Side;
    readonly finish: () => void;
    readonly answer: Promise<string | undefined>;
  }> {
    let finish: () => void = () => {};
    const upstream = createHttpServer((_request, response) => (finish = () => void response.end('finished')));
    await new Promise<void>((resolve) => void upstream.listen(0, host, resolve));
    const address = upstream.address();
    const side = await bench.started();
    const slow = hostChunk('a.test', `location /slow { proxy_pass http://${host}:${typeof address === 'object' ? address?.port : 0}; }`);
    await side.reloader.apply(artifactOf(side.table([slow])), never);
    const arrived = new Promise((resolve) => void upstream.once('request', resolve));
    const answer = ask(side.port, 'a.test', '/slow').finally(() => upstream.close());
    await arrived;
    return { side, finish: () => finish(), answer };
  }

  test('lets a request finish', async () => {
    const { side, finish, answer } = await withSlowRequest();
    const stopped = side.dataplane.stop(never);
    await until(async () => (await ask(side.port, 'a.test')) === undefined);
    finish();
    expect(await answer).toBe('200 finished');
    await stopped;
    expect(side.runtime.process.remains()).toEqual([]);
  });

  test('cuts it when the time is up', async () => {
    const { side, answer } = await withSlowRequest();
    await side.dataplane.stop(AbortSignal.abort());
    expect(side.runtime.process.remains()).toEqual([]);
    expect(await answer).not.toBe('200 finished');
  });

  test('ends a worker that does not react', async () => {
    const side = await serving();
    const [worker] = side.runtime.process.workers();
    process.kill(worker?.pid ?? 0, 'SIGSTOP');
    await side.dataplane.stop(AbortSignal.abort());
    expect(side.runtime.process.remains()).toEqual([]);
  });
});
