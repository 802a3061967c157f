import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { certificateFor, fingerprintOf, servedFingerprint } from '../certificates.ts';
import { ChangingEndpoints } from '../changing-endpoints.ts';
import { factsOf } from '../dataplane-facts.ts';
import type { HaproxyFacts } from '../dataplane-facts.ts';
import { EchoUpstream, echoOf } from '../echo-upstream.ts';
import type { KeyPair } from '../certificates.ts';
import { hostTo, ingressClass, served, service } from '../manifest.ts';
import { machineProxy, needing } from '../proxy-programs.ts';
import { exchangeBytes, get, openSocket, parseAnswer } from '../raw-request.ts';
import { RunningSluice } from '../running-sluice.ts';
import { TemporaryFolder } from '../temporary-folder.ts';
import { untilTrue } from '../until.ts';
import { EchoSockets, WebSocketClients } from '../web-socket-clients.ts';
import { churn } from './churn.ts';
import { MixedLoad } from './mixed-load.ts';

/** How long each part goes on: `LOAD_SECONDS=60 npm test -- e2e/haproxy/load`. */
const SECONDS = Number(process.env['LOAD_SECONDS'] ?? 5);
const SOCKETS = 8;
const PATIENCE_MS = SECONDS * 1000 + 60_000;

const { skip, title } = needing(machineProxy('haproxy'), 'HAProxy under load');

describe.skipIf(skip)(title, () => {
  const folder = new TemporaryFolder();
  let endpoints: ChangingEndpoints;
  let other: EchoUpstream;
  let chat: EchoSockets;
  let pairs: readonly KeyPair[];
  let sluice: RunningSluice;
  let load: MixedLoad;
  let sockets: WebSocketClients;
  let step = 0;

  beforeAll(async () => {
    endpoints = await ChangingEndpoints.start(folder);
    other = await EchoUpstream.start('other');
    chat = await EchoSockets.start();
    pairs = await Promise.all(['shop.test', 'shop.test', 'shop.test'].map((name) => certificateFor(name)));
    folder.writeObjects('manifests/common.yaml', [
      ingressClass(),
      service('web'),
      ...served('other', other.port),
      ...served('chat', chat.port),
    ]);
    change();
    sluice = await RunningSluice.serving(folder.at('manifests'), folder.at('data'), ['--backend', 'haproxy']);
    load = new MixedLoad(sluice.ports, 'shop.test');
    sockets = await WebSocketClients.open(sluice.ports.http, 'chat.test', SOCKETS);
    await untilTrue('the load', () => load.answered > 100);
  });

  afterAll(async () => {
    sockets?.close();
    await load?.stop();
    await sluice?.kill();
    await Promise.all([endpoints.close(), other.close(), chat.close()]);
    folder.remove();
  });

  /** Another endpoint, another certificate, hosts and Services that come and go: all at once. */
  function change(): ReturnType<typeof churn> {
    step++;
    endpoints.write(step);
    const made = churn(step, other.port, pairs);
    folder.writeObjects('manifests/churn.yaml', [...made.objects, hostTo('chat.test', 'chat')]);
    return made;
  }

  /** Ten changes a second, and a look at all WebSockets every second; the last change. */
  async function changes(): Promise<ReturnType<typeof churn>> {
    let last = change();
    for (let second = 0; second < SECONDS; second++) {
      for (const endAt = performance.now() + 1000; performance.now() < endAt; await delay(100)) last = change();
      expect(await sockets.echoes(`second ${second}`)).toBe(SOCKETS);
    }
    return last;
  }

  function tell(part: string): void {
    process.stdout.write(`${part}: ${load.answered} requests on ${load.connections} connections, ${step} changes\n`);
  }

  test('everything changes all the time: nothing is reloaded, and nobody notices', { timeout: PATIENCE_MS }, async () => {
    const before = await factsOf<HaproxyFacts>(sluice);
    const { host } = await changes();
    await sluice.routes(host);
    await untilTrue('the new host', async () => (await get(sluice.http, host)).status === 200);
    const after = await factsOf<HaproxyFacts>(sluice);
    tell('changes at runtime');
    expect(after.lastReload).toEqual(before.lastReload);
    expect(after.reloads).toBe(before.reloads);
    expect(after.runtimeUpdates).toBeGreaterThan(before.runtimeUpdates + SECONDS);
    expect(after.pid).toBe(before.pid);
    expect(load.failures).toEqual({});
    expect(sockets.open).toBe(SOCKETS);
    const served = await servedFingerprint(sluice.ports.https, 'shop.test');
    expect(served).toBe(pairs.map(fingerprintOf)[step % pairs.length]);
  });

  test('a host of a new Service is answered by it, and its removal by 404', async () => {
    const made = [change(), change()].find(({ service: name }) => name !== 'web');
    const host = made?.host ?? '';
    await untilTrue('the new Service', async () => (await get(sluice.http, host)).status === 200);
    expect(echoOf((await get(sluice.http, host)).body).upstream).toBe('other');
    for (let count = 0; count < 5; count++) change();
    await untilTrue('its removal', async () => (await get(sluice.http, host)).status === 404);
    expect(load.failures).toEqual({});
  });

  test('a request in flight to an endpoint that goes is answered by it', async () => {
    const leaving = await EchoUpstream.start('leaving');
    const write = (port: number, ...more: readonly string[]): void =>
      folder.writeObjects('manifests/held.yaml', [...served('held', port), ...['held.test', ...more].map((name) => hostTo(name, 'held'))]);
    write(leaving.port);
    await untilTrue('the host', async () => (await get(sluice.http, 'held.test')).status === 200);
    leaving.hold();
    const answer = exchangeBytes(openSocket(sluice.http), 'GET /slow HTTP/1.1\r\nHost: held.test\r\nConnection: close\r\n\r\n');
    const held = await leaving.held();
    write(other.port, 'moved.test');
    await sluice.routes('moved.test');
    expect((await factsOf<HaproxyFacts>(sluice)).leavingServers).toBeGreaterThan(0);
    expect(echoOf((await get(sluice.http, 'held.test')).body).upstream).toBe('other');
    held.release();
    const { status, body } = parseAnswer(await answer);
    expect([status, echoOf(body).target, echoOf(body).upstream]).toEqual([200, '/slow', 'leaving']);
    await leaving.close();
    expect(load.failures).toEqual({});
  });
});
