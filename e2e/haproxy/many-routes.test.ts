import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { factsOf } from '../dataplane-facts.ts';
import { KeepAliveLoad } from '../keep-alive-load.ts';
import { ingress } from '../manifest.ts';
import { childrenOf } from '../proxy-process.ts';
import { machineProxy, needing } from '../proxy-programs.ts';
import { get } from '../raw-request.ts';
import type { RunningSluice } from '../running-sluice.ts';
import { Shop } from '../shop.ts';
import { untilTrue } from '../until.ts';
import { manyHosts, manyPaths } from './many-routes.ts';

const { skip, title } = needing(machineProxy('haproxy'), 'fifty thousand routes at once on HAProxy');

const ROUTES = 50_000;
const PATIENCE_MS = 90_000;
/** A thread of HAProxy that is busy for so long would be noticed by everybody. */
const HANGS_MS = 2000;

describe.skipIf(skip)(title, () => {
  let shop: Shop;
  let controller: RunningSluice;
  let load: KeepAliveLoad;

  beforeEach(async () => {
    shop = await Shop.open('haproxy');
    controller = await shop.serve();
    load = new KeepAliveLoad(controller.ports.http, 'shop.test', 4, { thinkMs: 1 });
    await untilTrue('the load', () => load.answered > 20);
  });

  afterEach(async () => {
    await load.stop();
    await shop.close();
  });

  /** The most memory that a process ever had, in MiB. */
  function peak(pid: number): number {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  }

  async function timed(what: () => Promise<unknown>): Promise<number> {
    const from = performance.now();
    await what();
    return performance.now() - from;
  }

  /** Serves objects until a host of theirs is answered, takes them away again, and tells what it took. */
  async function comeAndGo(objects: readonly object[], host: string, target: string): Promise<void> {
    const { reloads } = await factsOf(controller);
    const status = async (): Promise<number> => (await get(controller.http, host, target)).status;
    shop.folder.writeObjects('manifests/many.yaml', objects);
    const came = await timed(() => untilTrue('the routes', async () => (await status()) === 200, PATIENCE_MS));
    const threads = await Promise.all(Array.from({ length: 8 }, () => timed(status)));
    const slowest = load.slowestMs;
    shop.folder.delete('manifests/many.yaml');
    const went = await timed(() => untilTrue('their end', async () => (await status()) === 404, PATIENCE_MS));
    const [worker = 0] = childrenOf(shop.master());
    const told = [
      `served after ${came.toFixed(0)} ms and gone after ${went.toFixed(0)} ms`,
      `slowest of first requests ${Math.max(...threads).toFixed(0)} ms, of other hosts ${slowest.toFixed(0)} and ${load.slowestMs.toFixed(0)} ms`,
      `at most ${peak(worker).toFixed(0)} MiB of HAProxy and ${peak(controller.command.pid).toFixed(0)} MiB of the controller`,
    ];
    process.stdout.write(`${objects.length} objects: ${told.join('; ')}\n`);
    expect(Math.max(...threads, load.slowestMs)).toBeLessThan(HANGS_MS);
    expect(load.failures).toEqual([]);
    expect((await factsOf(controller)).reloads).toBe(reloads);
  }

  test('on one host', { timeout: 2 * PATIENCE_MS }, async () => {
    const rules = [{ host: 'large.test', paths: manyPaths(ROUTES, 'web') }];
    await comeAndGo([ingress({ name: 'large', rules })], 'large.test', `/path-${ROUTES - 1}/x`);
  });

  test('on ten thousand hosts', { timeout: 2 * PATIENCE_MS }, async () => {
    await comeAndGo(manyHosts(ROUTES / 5, 5, 'web'), `many-${ROUTES / 5 - 1}.test`, '/path-4/x');
  });
});
