import { KeepAliveLoad } from '../keep-alive-load.ts';
import type { RunningSluice } from '../running-sluice.ts';
import { untilTrue } from '../until.ts';
import type { Lab } from './lab.ts';

const HOST = 'shop.test';

/** Makes an upstream `web` and the host shop.test that leads to it. */
export async function openShop(lab: Lab): Promise<void> {
  const web = await lab.upstream('web');
  await lab.serve('web', [web.place]);
  await lab.route(HOST);
}

/** Clients of the shop that go on until they are stopped; resolves when they are answered. */
export async function loadShop(sluice: RunningSluice): Promise<KeepAliveLoad> {
  const load = new KeepAliveLoad(sluice.ports.http, HOST, 4, { thinkMs: 5 });
  await untilTrue('the load', () => load.answered > 20);
  return load;
}
