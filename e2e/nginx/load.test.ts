import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ChangingEndpoints } from '../changing-endpoints.ts';
import { factsOf } from '../dataplane-facts.ts';
import { KeepAliveLoad } from '../keep-alive-load.ts';
import { hostTo, ingressClass, served, service } from '../manifest.ts';
import { machineProxy, needing } from '../proxy-programs.ts';
import { RunningSluice } from '../running-sluice.ts';
import { TemporaryFolder } from '../temporary-folder.ts';
import { untilTrue } from '../until.ts';
import { EchoSockets, WebSocketClients } from '../web-socket-clients.ts';

/** How long each part goes on: `LOAD_SECONDS=60 npm test -- e2e/nginx/load`. */
const SECONDS = Number(process.env['LOAD_SECONDS'] ?? 5);
const SOCKETS = 8;
const PATIENCE_MS = SECONDS * 1000 + 60_000;

const { skip, title } = needing(machineProxy('nginx'), 'nginx under load');

describe.skipIf(skip)(title, () => {
  const folder = new TemporaryFolder();
  let endpoints: ChangingEndpoints;
  let chat: EchoSockets;
  let sluice: RunningSluice;
  let load: KeepAliveLoad;
  let thinking: KeepAliveLoad;
  let sockets: WebSocketClients;

  beforeAll(async () => {
    endpoints = await ChangingEndpoints.start(folder);
    chat = await EchoSockets.start();
    folder.writeObjects('manifests/common.yaml', [
      ingressClass(),
      service('web'),
      hostTo('shop.test', 'web'),
      ...served('chat', chat.port),
      hostTo('chat.test', 'chat'),
    ]);
    sluice = await RunningSluice.serving(folder.at('manifests'), folder.at('data'), ['--backend', 'nginx']);
    load = new KeepAliveLoad(sluice.ports.http, 'shop.test', 4);
    thinking = new KeepAliveLoad(sluice.ports.http, 'shop.test', 20, { thinkMs: 300 });
    sockets = await WebSocketClients.open(sluice.ports.http, 'chat.test', SOCKETS);
    await untilTrue('the load', () => load.answered > 20);
  });

  afterAll(async () => {
    sockets?.close();
    await load?.stop();
    await thinking?.stop();
    await sluice?.kill();
    await endpoints.close();
    await chat.close();
    folder.remove();
  });

  /** Changes endpoints ten times a second, and does something more once a second. */
  async function changes(eachSecond: (second: number) => Promise<void>): Promise<void> {
    for (let second = 0; second < SECONDS; second++) {
      const endAt = performance.now() + 1000;
      await eachSecond(second);
      for (let step = 0; performance.now() < endAt; step++) {
        endpoints.write(second * 10 + step);
        await delay(100);
      }
    }
  }

  test('endpoints that change all the time reload nothing, and nobody notices', { timeout: PATIENCE_MS }, async () => {
    const before = await factsOf(sluice);
    await changes(async (second) => {
      expect(await sockets.echoes(`endpoints ${second}`)).toBe(SOCKETS);
    });
    const after = await factsOf(sluice);
    expect(after.reloads).toBe(before.reloads);
    expect(after.livePushes).toBeGreaterThan(before.livePushes + SECONDS);
    expect(after.pid).toBe(before.pid);
    expect([...load.failures, ...thinking.failures]).toEqual([]);
    expect(sockets.open).toBe(SOCKETS);
  });

  test('a route that changes every second reloads once each time, and fails no request', { timeout: PATIENCE_MS }, async () => {
    const before = await factsOf(sluice);
    await changes(async (second) => {
      folder.writeObjects('manifests/route.yaml', [hostTo(`route-${second}.test`, 'web')]);
      await Promise.resolve();
    });
    await sluice.routes(`route-${SECONDS - 1}.test`);
    const after = await factsOf(sluice);
    expect(after.reloads - before.reloads).toBeGreaterThan(0);
    expect(after.reloads - before.reloads).toBeLessThanOrEqual(SECONDS);
    expect([...load.failures, ...thinking.failures]).toEqual([]);
  });

  test('connections that old workers still have are told, and live on', async () => {
    // The WebSockets belong to the workers of the first generation unless too many came after it.
    const late = await WebSocketClients.open(sluice.ports.http, 'chat.test', 2);
    try {
      const { reloads } = await factsOf(sluice);
      folder.writeObjects('manifests/route.yaml', [hostTo('late.test', 'web')]);
      await sluice.routes('late.test');
      await untilTrue('draining connections to be told', async () => (await factsOf(sluice)).draining.connections >= 2);
      const { draining, reloads: now } = await factsOf(sluice);
      expect(now).toBe(reloads + 1);
      expect(draining.workers).toBeGreaterThan(0);
      expect(await late.echoes('still there')).toBe(2);
    } finally {
      late.close();
    }
    expect([...load.failures, ...thinking.failures]).toEqual([]);
  });
});
