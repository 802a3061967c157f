import { hostTo, served } from '../manifest.ts';
import { EchoSockets, WebSocketClients } from '../web-socket-clients.ts';
import { factsOf } from '../dataplane-facts.ts';
import { masterOf } from '../proxy-process.ts';
import { RunningSluice } from '../running-sluice.ts';
import { untilTrue } from '../until.ts';
import { Cluster } from './cluster.ts';
import { familyMiB } from './process-memory.ts';
import { print, printTable } from './table.ts';

const RELOADS = 5;
/** What an old generation takes of what nginx takes after a start: see "Memory" in docs/nginx.md. */
const OLD_SHARE = 1.5;
const SOCKETS = 4;
const PATIENCE_MS = 60_000;

/** Old configurations that docs/nginx.md allows beside the one that serves. */
const GENERATIONS = 5;

/** Memory of nginx after reloads while WebSockets hold on to the workers of each generation. */
export async function benchPinnedMemory(hosts: number): Promise<void> {
  const chat = await EchoSockets.start();
  const cluster = new Cluster(hosts, chat.port);
  cluster.folder.writeObjects('manifests/chat.yaml', [...served('chat', chat.port), hostTo('chat.test', 'chat')]);
  const sluice = await RunningSluice.serving(cluster.manifests, cluster.folder.at('data'), ['--backend', 'nginx'], PATIENCE_MS);
  const pinned: WebSocketClients[] = [];
  try {
    const nginxMiB = (): number => familyMiB(masterOf('nginx', cluster.folder.at('data')) ?? 0);
    const first = nginxMiB();
    const rows: (readonly string[])[] = [['none', first.toFixed(0), '1.00', '0', (familyMiB(sluice.command.pid) - first).toFixed(0)]];
    for (let reload = 1; reload <= RELOADS; reload++) {
      pinned.push(await WebSocketClients.open(sluice.ports.http, 'chat.test', SOCKETS));
      const { reloads } = await factsOf(sluice);
      cluster.addHost(`added-${reload}.test`);
      await untilTrue('the reload', async () => (await factsOf(sluice)).reloads > reloads, PATIENCE_MS);
      const [now, { draining }] = [nginxMiB(), await factsOf(sluice)];
      const controller = familyMiB(sluice.command.pid) - now;
      rows.push([String(reload), now.toFixed(0), (now / first).toFixed(2), String(draining.generations), controller.toFixed(0)]);
    }
    const budget = first * (1 + OLD_SHARE * GENERATIONS);
    print(`\n${hosts} hosts, ${SOCKETS} WebSockets held open in each generation; memory is PSS, which counts shared pages once`);
    printTable(['reloads', 'nginx, MiB', 'of the first', 'old generations', 'controller, MiB'], rows);
    const last = nginxMiB();
    print(
      `budget (docs/nginx.md): ${budget.toFixed(0)} MiB for ${GENERATIONS} old generations; used ${((last / budget) * 100).toFixed(0)} %`,
    );
    for (const clients of pinned) clients.close();
    await untilTrue('old workers to leave', async () => (await factsOf(sluice)).draining.workers === 0, PATIENCE_MS);
    print(`after the WebSockets are closed: ${nginxMiB().toFixed(0)} MiB`);
  } finally {
    for (const clients of pinned) clients.close();
    await sluice.kill();
    await chat.close();
    cluster.remove();
  }
}
