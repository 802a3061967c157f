import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { factsOf } from '../dataplane-facts.ts';
import { echoOf } from '../echo-upstream.ts';
import { KeepAliveLoad } from '../keep-alive-load.ts';
import { hostTo, ingressClass, served } from '../manifest.ts';
import { childrenOf, masterOf, runs, stopProxies } from '../proxy-process.ts';
import { machineProxy, needing } from '../proxy-programs.ts';
import { connects, exchangeBytes, get, openSocket, parseAnswer } from '../raw-request.ts';
import { Shop } from '../shop.ts';
import { SmallDisk } from '../small-disk.ts';
import { sluice as runSluice } from '../sluice-command.ts';
import { occupyPort } from '../socket-port.ts';
import { TemporaryFolder } from '../temporary-folder.ts';
import { untilTrue } from '../until.ts';

const { skip, title } = needing(machineProxy('nginx'), 'nginx when things die');
const isRoot = process.getuid?.() === 0;

/** A machine under load may be slow; how long it took is printed. */
const GENEROUS_MS = 10_000;

describe.skipIf(skip)(title, () => {
  let shop: Shop;

  beforeEach(async () => {
    shop = await Shop.open('nginx');
  });

  afterEach(() => shop.close());

  async function measured(what: string, back: () => Promise<void>): Promise<void> {
    const from = performance.now();
    await back();
    const ms = performance.now() - from;
    process.stdout.write(`${what}: ${ms.toFixed(0)} ms\n`);
    expect(ms).toBeLessThan(GENEROUS_MS);
  }

  test('the master is killed under load: another takes over', async () => {
    const controller = await shop.serve();
    const load = new KeepAliveLoad(controller.ports.http, 'shop.test', 4);
    await untilTrue('the load', () => load.answered > 20);
    const former = shop.master();
    process.kill(former, 'SIGKILL');
    await measured('the master is killed, until another one is there', () =>
      untilTrue('another master', () => (masterOf('nginx', shop.data()) ?? former) !== former),
    );
    await untilTrue('answers', () => shop.answers(controller));
    await untilTrue('health', async () => (await controller.page('/healthz')).status === 200);
    expect((await factsOf(controller)).restarts).toBe(1);
    const { answered } = load;
    await untilTrue('more answers', () => load.answered > answered + 20);
    await load.stop();
    // A connection that is kept may be closed in the moment in which it is used: once for each client.
    expect(load.failures.length).toBeLessThanOrEqual(4);
    shop.add('new.test');
    await untilTrue('what changes afterwards', () => shop.answers(controller, 'new.test'));
  });

  test('a worker is killed: the master starts another', async () => {
    const controller = await shop.serve();
    const [worker = 0] = childrenOf(shop.master());
    process.kill(worker, 'SIGKILL');
    await untilTrue('another worker', () => childrenOf(shop.master()).length >= 1 && !runs(worker));
    await measured('a worker is killed, until all connections are answered again', () =>
      untilTrue('answers', async () => (await Promise.all(Array.from({ length: 8 }, () => shop.answers(controller)))).every(Boolean)),
    );
    expect(await shop.answers(controller)).toBe(true);
    expect((await factsOf(controller)).restarts).toBe(0);
  });

  test('the controller is killed: nginx goes on, and the next controller takes it over without a gap', async () => {
    const controller = await shop.serve();
    const load = new KeepAliveLoad(controller.ports.http, 'shop.test', 4);
    await untilTrue('the load', () => load.answered > 20);
    const former = shop.master();
    await controller.command.kill();
    expect(await shop.answers(controller)).toBe(true);
    const next = await shop.takeOver(controller);
    await next.ready();
    expect(next.ports.http).toBe(controller.ports.http);
    expect(shop.master()).toBe(former);
    shop.add('new.test');
    await untilTrue('what changes afterwards', () => shop.answers(next, 'new.test'));
    await load.stop();
    expect(load.failures).toEqual([]);
    expect((await next.stop()).status).toBe(0);
    expect(masterOf('nginx', shop.data())).toBeUndefined();
  });

  test('SIGTERM under load lets requests finish, and ends with 0', async () => {
    const controller = await shop.serve();
    shop.upstream.hold();
    const answer = exchangeBytes(openSocket(controller.http), 'GET /slow HTTP/1.1\r\nHost: shop.test\r\n\r\n');
    const held = await shop.upstream.held();
    controller.command.signal('SIGTERM');
    await untilTrue('the listener to close', async () => !(await connects(controller.ports.http)));
    expect(controller.command.over).toBe(false);
    held.release();
    const { status, body } = parseAnswer(await answer);
    expect([status, echoOf(body).target]).toEqual([200, '/slow']);
    expect((await controller.command.ended()).status).toBe(0);
    expect(masterOf('nginx', shop.data())).toBeUndefined();
  });

  test('a second SIGTERM ends nginx as well, with a request still in flight', async () => {
    const controller = await shop.serve();
    const family = [shop.master(), ...childrenOf(shop.master())];
    shop.upstream.hold();
    const cut = exchangeBytes(openSocket(controller.http), 'GET /slow HTTP/1.1\r\nHost: shop.test\r\n\r\n').catch(() => 'reset');
    await shop.upstream.held();
    controller.command.signal('SIGTERM');
    await untilTrue('the listener to close', async () => !(await connects(controller.ports.http)));
    expect(controller.command.over).toBe(false);
    controller.command.signal('SIGTERM');
    expect((await controller.command.ended()).status).toBe(0);
    await untilTrue('nginx to end', () => !family.some(runs));
    expect(await cut).not.toMatch(/^HTTP/);
  });

  test('nginx that is stopped is not healthy; it is again when it goes on', async () => {
    const controller = await shop.serve();
    const family = [shop.master(), ...childrenOf(shop.master())];
    for (const pid of family) process.kill(pid, 'SIGSTOP');
    try {
      await untilTrue('503', async () => (await controller.page('/healthz')).status === 503);
      expect((await controller.page('/healthz')).text).toMatch(/nginx/);
    } finally {
      for (const pid of family) process.kill(pid, 'SIGCONT');
    }
    await untilTrue('200', async () => (await controller.page('/healthz')).status === 200);
    expect(await shop.answers(controller)).toBe(true);
  });

  test.skipIf(!isRoot)('a full disk keeps what is served, and the change goes live when there is room', async () => {
    const disk = new SmallDisk(shop.data(), 4);
    try {
      const controller = await shop.serve();
      disk.fill();
      shop.add('new.test');
      await untilTrue('the failure to be told', () => controller.command.stderr.includes('SLU3004'));
      expect(await shop.answers(controller)).toBe(true);
      disk.clear();
      await untilTrue('the change', () => shop.answers(controller, 'new.test'));
      await controller.kill();
    } finally {
      await stopProxies(shop.data());
      await disk.unmount();
    }
  });

  test('a start without manifests serves what was served last', async () => {
    const controller = await shop.serve();
    expect((await controller.stop()).status).toBe(0);
    const next = await shop.takeOver(controller, shop.folder.at('absent'));
    await untilTrue('the last generation', () => shop.answers(next));
    expect((await next.page('/readyz')).status).toBe(503);
    shop.folder.writeObjects('absent/shop.yaml', [ingressClass(), ...served('web', shop.upstream.port), hostTo('other.test', 'web')]);
    await untilTrue('readiness', async () => (await next.page('/readyz')).status === 200);
    expect(await shop.answers(next, 'other.test')).toBe(true);
    expect((await get(next.http, 'shop.test')).status).toBe(404);
  });
});

describe.skipIf(skip)(`${title}, or cannot start`, () => {
  const folder = new TemporaryFolder();
  const run = (...more: readonly string[]): ReturnType<typeof runSluice> => {
    const listen = ['--http', '127.0.0.1:0', '--https', '127.0.0.1:0', '--admin', '127.0.0.1:0'];
    return runSluice(['run', '--backend', 'nginx', '--manifests', folder.at('manifests'), '--data', folder.at('data'), ...listen, ...more]);
  };

  afterEach(async () => {
    await stopProxies(folder.at('data'));
    folder.delete('data');
  });

  test('no nginx: status 3, and what to install', async () => {
    const config = folder.write('sluice.json', JSON.stringify({ nginx: { binary: '/nowhere/nginx' } }));
    folder.writeObjects('manifests/class.yaml', [ingressClass()]);
    const { status, stdout, stderr } = await run('--config', config);
    expect(status).toBe(3);
    expect(stdout).toBe('');
    expect(stderr.trim().split('\n').at(-1)).toMatch(/^error SLU3002: .*\/nowhere\/nginx/);
  });

  test.each(['--http', '--https', '--admin'])('%s on an address in use: status 3 and the address', async (flag) => {
    folder.writeObjects('manifests/class.yaml', [ingressClass()]);
    const { port, release } = await occupyPort();
    const { status, stderr } = await run(flag, `127.0.0.1:${port}`);
    await release();
    expect(status).toBe(3);
    expect(stderr.trim().split('\n').at(-1)).toMatch(new RegExp(`^error SLU3001: .*127\\.0\\.0\\.1:${port}`));
    expect(masterOf('nginx', folder.at('data'))).toBeUndefined();
  });
});
