import { EchoUpstream, echoOf } from '../echo-upstream.ts';
import { get } from '../raw-request.ts';
import { RunningSluice } from '../running-sluice.ts';
import { Cluster } from './cluster.ts';
import { familyMiB } from './process-memory.ts';
import { median, print, printTable } from './table.ts';

interface Measured {
  readonly backend: string;
  readonly readyMs: number;
  readonly endpointMs: readonly number[];
  readonly hostMs: readonly number[];
  readonly restMiB: number;
}

const GIVE_UP_MS = 60_000;

/** How long changes take from the file to the first new answer, with many hosts, on each backend. */
export async function benchChanges(backends: readonly string[], hosts: number, rounds: number): Promise<void> {
  const upstreams = [await EchoUpstream.start('before'), await EchoUpstream.start('after')] as const;
  const results: Measured[] = [];
  try {
    for (const backend of backends) results.push(await measure(backend, upstreams, hosts, rounds));
  } finally {
    await Promise.all(upstreams.map((upstream) => upstream.close()));
  }
  const cell = (values: readonly number[]): string =>
    `${median(values).toFixed(0)} (${Math.min(...values).toFixed(0)}-${Math.max(...values).toFixed(0)})`;
  print(`\n${hosts} hosts with two paths each; from the change of a file to the first new answer, median (least-most) of ${rounds}`);
  printTable(
    ['backend', 'start to ready, ms', 'endpoint changes, ms', 'new host, ms', 'memory at rest, MiB PSS'],
    results.map(({ backend, readyMs, endpointMs, hostMs, restMiB }) => [
      backend,
      readyMs.toFixed(0),
      cell(endpointMs),
      cell(hostMs),
      restMiB.toFixed(0),
    ]),
  );
}

async function measure(
  backend: string,
  [before, after]: readonly [EchoUpstream, EchoUpstream],
  hosts: number,
  rounds: number,
): Promise<Measured> {
  const cluster = new Cluster(hosts, before.port);
  const started = performance.now();
  const sluice = await RunningSluice.serving(cluster.manifests, cluster.folder.at('data'), ['--backend', backend], GIVE_UP_MS);
  try {
    const readyMs = performance.now() - started;
    const endpointMs: number[] = [];
    const hostMs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const [target, host] = [round % 2 === 0 ? after : before, `added-${round}.test`];
      endpointMs.push(await untilAnswers(sluice, 'changing.test', target.name, () => cluster.moveEndpoint(target.port)));
      hostMs.push(await untilAnswers(sluice, host, target.name, () => cluster.addHost(host)));
    }
    return { backend, readyMs, endpointMs, hostMs, restMiB: familyMiB(sluice.command.pid) };
  } finally {
    await sluice.kill();
    cluster.remove();
  }
}

/** Milliseconds from the change until a request for the host is answered by the upstream. */
async function untilAnswers(sluice: RunningSluice, host: string, upstream: string, change: () => void): Promise<number> {
  change();
  const started = performance.now();
  while (performance.now() - started < GIVE_UP_MS) {
    const { status, body } = await get(sluice.http, host);
    if (status === 200 && echoOf(body).upstream === upstream) return performance.now() - started;
  }
  throw new Error(`${host} was not answered by ${upstream} in time`);
}
