import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { certificateFor, fingerprintOf, servedFingerprint } from '../certificates.ts';
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
  readonly certificateMs: readonly number[];
  /** Requests a second; undefined without wrk. */
  readonly perSecond: number | undefined;
  readonly restMiB: number;
}

const run = promisify(execFile);
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
    ['backend', 'start to ready, ms', 'endpoint changes, ms', 'new host, ms', 'certificate, ms', 'requests/s', 'memory at rest, MiB PSS'],
    results.map(({ backend, readyMs, endpointMs, hostMs, certificateMs, perSecond, restMiB }) => [
      backend,
      readyMs.toFixed(0),
      cell(endpointMs),
      cell(hostMs),
      cell(certificateMs),
      perSecond?.toFixed(0) ?? 'no wrk',
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
    const certificateMs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const [target, host] = [round % 2 === 0 ? after : before, `added-${round}.test`];
      endpointMs.push(await untilAnswers(sluice, 'changing.test', target.name, () => cluster.moveEndpoint(target.port)));
      hostMs.push(await untilAnswers(sluice, host, target.name, () => cluster.addHost(host)));
      certificateMs.push(await untilShown(sluice, cluster));
    }
    const restMiB = familyMiB(sluice.command.pid);
    return { backend, readyMs, endpointMs, hostMs, certificateMs, perSecond: await perSecond(sluice), restMiB };
  } finally {
    await sluice.kill();
    cluster.remove();
  }
}

/** Milliseconds from a new certificate until a handshake gets it. */
async function untilShown(sluice: RunningSluice, cluster: Cluster): Promise<number> {
  const pair = await certificateFor('secure.test');
  cluster.changeCertificate(pair);
  const started = performance.now();
  while (performance.now() - started < GIVE_UP_MS)
    if ((await servedFingerprint(sluice.ports.https, 'secure.test')) === fingerprintOf(pair)) return performance.now() - started;
  throw new Error('the certificate was not served in time');
}

/** What wrk gets on 32 connections, in three seconds, from an upstream that has the same processors. */
async function perSecond(sluice: RunningSluice): Promise<number | undefined> {
  const url = `http://127.0.0.1:${sluice.ports.http}/`;
  const report = await run('wrk', ['-t1', '-c32', '-d3s', '-H', 'Host: app-1.test', url]).catch(() => undefined);
  const told = /Requests\/sec:\s+([\d.]+)/.exec(report?.stdout ?? '')?.[1];
  return told === undefined ? undefined : Number(told);
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
