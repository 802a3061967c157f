import { readlinkSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { factsOf } from '../dataplane-facts.ts';
import type { HaproxyFacts } from '../dataplane-facts.ts';
import { EchoUpstream, echoOf } from '../echo-upstream.ts';
import { KeepAliveLoad } from '../keep-alive-load.ts';
import { hostTo, served } from '../manifest.ts';
import { childrenOf, masterOf, runs, stopProxies } from '../proxy-process.ts';
import { machineProxy, needing } from '../proxy-programs.ts';
import { connects, exchangeBytes, get, openSocket, parseAnswer } from '../raw-request.ts';
import type { RunningSluice } from '../running-sluice.ts';
import { Shop } from '../shop.ts';
import { SmallDisk } from '../small-disk.ts';
import { untilTrue } from '../until.ts';
import { manyHosts } from './many-routes.ts';

const { skip, title } = needing(machineProxy('haproxy'), 'HAProxy when things die');
const isRoot = process.getuid?.() === 0;

const CLIENTS = 4;
/** Nobody listens. */
const REFUSED = /ECONNREFUSED/;
/** A second start has as much to read as there is. */
const PATIENCE_MS = 60_000;

describe.skipIf(skip)(title, () => {
  let shop: Shop;

  beforeEach(async () => {
    shop = await Shop.open('haproxy');
  });

  afterEach(() => shop.close());

  async function loadOf(controller: RunningSluice): Promise<KeepAliveLoad> {
    const load = new KeepAliveLoad(controller.ports.http, 'shop.test', CLIENTS);
    await untilTrue('the load', () => load.answered > 20);
    return load;
  }

  function worker(): number {
    const [pid] = childrenOf(shop.master());
    if (pid === undefined) throw new Error('there is no worker');
    return pid;
  }

  async function isHealthy(controller: RunningSluice): Promise<boolean> {
    return (await controller.page('/healthz')).status === 200;
  }

  test('the master is killed under load: another takes over', async () => {
    const controller = await shop.serve();
    const load = await loadOf(controller);
    const former = shop.master();
    process.kill(former, 'SIGKILL');
    await untilTrue('another master', () => (masterOf('haproxy', shop.data()) ?? former) !== former);
    await untilTrue('answers', () => shop.answers(controller));
    await untilTrue('health', () => isHealthy(controller));
    expect((await factsOf(controller)).restarts).toBe(1);
    await load.stop();
    // Workers of HAProxy listen no more when their master is gone. A connection that is kept may be closed in the moment in which it is used.
    expect(load.failures.filter((failure) => !REFUSED.test(failure)).length).toBeLessThanOrEqual(CLIENTS);
    shop.add('new.test');
    await untilTrue('what changes afterwards', () => shop.answers(controller, 'new.test'));
  });

  test('the worker is killed while it is told fifty thousand routes: nothing is lost', { timeout: PATIENCE_MS }, async () => {
    const controller = await shop.serve();
    const before = readlinkSync(shop.data('haproxy', 'current'));
    shop.folder.writeObjects('manifests/many.yaml', manyHosts(10_000, 5, 'web'));
    await untilTrue('the files', () => readlinkSync(shop.data('haproxy', 'current')) !== before, PATIENCE_MS);
    process.kill(worker(), 'SIGKILL');
    await untilTrue('answers', () => shop.answers(controller), PATIENCE_MS);
    await untilTrue('all that was told', () => shop.answers(controller, 'many-9999.test'), PATIENCE_MS);
    await untilTrue('health', () => isHealthy(controller));
    expect(controller.command.stderr).toContain('haproxy has ended and is started again');
    expect(controller.command.stderr).toMatch(/SLU3005/);
    expect((await factsOf(controller)).restarts).toBe(1);
    await untilTrue('certainty', async () => (await factsOf<HaproxyFacts>(controller)).spareBackends !== undefined, PATIENCE_MS);
    const { reloads } = await factsOf(controller);
    shop.add('new.test');
    await untilTrue('what changes afterwards', () => shop.answers(controller, 'new.test'));
    expect((await factsOf(controller)).reloads).toBe(reloads);
  });

  test('a worker that does not answer is ill, and changes wait for it', { timeout: PATIENCE_MS }, async () => {
    const controller = await shop.serve();
    const stopped = worker();
    process.kill(stopped, 'SIGSTOP');
    try {
      await untilTrue('503', async () => !(await isHealthy(controller)));
      expect((await controller.page('/healthz')).text).toMatch(new RegExp(`process ${stopped} of HAProxy is stopped`));
      shop.add('new.test');
      await untilTrue('the failure to be told', () => controller.command.stderr.includes('SLU3005'), PATIENCE_MS);
    } finally {
      process.kill(stopped, 'SIGCONT');
    }
    await untilTrue('200', () => isHealthy(controller));
    await untilTrue('the change', () => shop.answers(controller, 'new.test'));
    expect((await factsOf(controller)).restarts).toBe(0);
  });

  test('the controller is killed under load: HAProxy goes on, and the next one takes it over without a gap', async () => {
    const controller = await shop.serve();
    shop.add('told.test');
    await untilTrue('a change', () => shop.answers(controller, 'told.test'));
    const load = await loadOf(controller);
    const former = shop.master();
    await controller.command.kill();
    expect(await shop.answers(controller, 'told.test')).toBe(true);
    const next = await shop.takeOver(controller);
    await next.ready();
    expect(shop.master()).toBe(former);
    expect(await shop.answers(next, 'told.test')).toBe(true);
    shop.add('new.test');
    await untilTrue('what changes afterwards', () => shop.answers(next, 'new.test'));
    await load.stop();
    expect(load.failures).toEqual([]);
    expect((await next.stop()).status).toBe(0);
    expect(masterOf('haproxy', shop.data())).toBeUndefined();
  });

  test('SIGTERM under load lets requests finish, and ends with 0', async () => {
    const controller = await shop.serve();
    const load = await loadOf(controller);
    const family = [shop.master(), worker()];
    const slow = await EchoUpstream.start('slow');
    shop.folder.writeObjects('manifests/slow.yaml', [...served('slow', slow.port), hostTo('slow.test', 'slow')]);
    await untilTrue('the slow one', async () => (await get(controller.http, 'slow.test')).status === 200);
    slow.hold();
    const answer = exchangeBytes(openSocket(controller.http), 'GET /slow HTTP/1.1\r\nHost: slow.test\r\n\r\n');
    const held = await slow.held();
    controller.command.signal('SIGTERM');
    await untilTrue('the listener to close', async () => !(await connects(controller.ports.http)));
    expect(controller.command.over).toBe(false);
    held.release();
    const { status, body } = parseAnswer(await answer);
    expect([status, echoOf(body).target]).toEqual([200, '/slow']);
    expect((await controller.command.ended()).status).toBe(0);
    await load.stop();
    expect(load.failures.filter((failure) => !REFUSED.test(failure))).toEqual([]);
    expect(family.filter(runs)).toEqual([]);
    await slow.close();
  });

  test.skipIf(!isRoot)('a full disk keeps what is served, and the change goes live when there is room', async () => {
    const disk = new SmallDisk(shop.data(), 8);
    try {
      const controller = await shop.serve();
      disk.fill();
      shop.add('new.test');
      await untilTrue('the failure to be told', () => controller.command.stderr.includes('SLU3004'));
      expect(await shop.answers(controller)).toBe(true);
      disk.clear();
      await untilTrue('the change', () => shop.answers(controller, 'new.test'));
      expect((await factsOf(controller)).restarts).toBe(0);
      await controller.kill();
    } finally {
      await stopProxies(shop.data());
      await disk.unmount();
    }
  });
});
