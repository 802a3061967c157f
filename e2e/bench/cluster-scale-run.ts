// node cluster-scale-run.ts PROGRAMS BACKENDS INGRESSES, in a private machine (cluster-scale.ts).
import { Agent, request } from 'node:http';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { ControlPlane } from '../cluster/control-plane.ts';
import { clusterOf } from '../cluster/cluster.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { KubeObject } from '../cluster/cluster-api.ts';
import { NamedUpstream } from '../cluster/named-upstream.ts';
import { endpointSlice, ingress, ingressClass, namespace, service } from '../cluster/objects.ts';
import { RunningSluice, listenFlags } from '../running-sluice.ts';
import { TemporaryFolder } from '../temporary-folder.ts';
import { BulkApi } from './bulk-api.ts';
import { print, printTable } from './table.ts';

const CLASS = 'nginx';
const NAMESPACES = 100;
/** EndpointSlices that change each second while answers are waited for. */
const CHANGES_PER_SECOND = 50;
const PROBES = 60;

interface Lab {
  readonly cluster: Cluster;
  readonly bulk: BulkApi;
  readonly kubeconfig: string;
  readonly upstreams: readonly [NamedUpstream, NamedUpstream];
  readonly ingresses: number;
}

const [programs = '', backends = '', count = ''] = process.argv.slice(2);

function namespaceOf(index: number): string {
  return `bench-${index % NAMESPACES}`;
}

async function fill({ bulk, ingresses, upstreams }: Lab): Promise<void> {
  const services = Array.from({ length: ingresses / 2 }, (_, index) => index);
  await bulk.create([ingressClass(CLASS, 'k8s.io/ingress-nginx'), namespace('probe')]);
  await bulk.create(Array.from({ length: NAMESPACES }, (_, index) => namespace(namespaceOf(index))));
  await bulk.create(services.map(headless));
  await bulk.create(services.flatMap((index) => [1, 2].map((part) => sliceOf(index, part))));
  await bulk.create(Array.from({ length: ingresses }, (_, index) => routeOf(index, ingresses / 2)));
  await bulk.create([service('probe', 'web'), endpointSlice('probe', 'web', [upstreams[0].place])]);
  await bulk.create([ingress({ namespace: 'probe', name: 'probe', className: CLASS, host: 'probe.test' })]);
}

/** There are not that many addresses for Services. */
function headless(index: number): KubeObject {
  const made = service(namespaceOf(index), `web-${index}`);
  return { ...made, spec: { ...(made['spec'] as object), clusterIP: 'None' } };
}

/** Each Service has two slices. */
function sliceOf(index: number, part: number, port = 8080): ReturnType<typeof endpointSlice> {
  const slice = endpointSlice(namespaceOf(index), `web-${index}`, [
    { address: `10.${part}.${Math.floor(index / 250)}.${(index % 250) + 1}`, port },
  ]);
  return { ...slice, metadata: { ...slice.metadata, name: `web-${index}-${part}` } };
}

function routeOf(index: number, services: number): ReturnType<typeof ingress> {
  const to = index % services;
  return ingress({
    namespace: namespaceOf(to),
    name: `route-${index}`,
    className: CLASS,
    host: `host-${index}.test`,
    serviceName: `web-${to}`,
  });
}

interface Figures {
  readonly readyMs: number;
  readonly memoryMiB: number;
  readonly peakMiB: number;
  readonly endpointMs: readonly number[];
  readonly hostMs: readonly number[];
  readonly changes: number;
}

async function measure(lab: Lab, backend: string): Promise<Figures> {
  const folder = new TemporaryFolder();
  const config = folder.write(
    'sluice.json',
    JSON.stringify({ watch: { kubernetes: { kubeconfig: lab.kubeconfig, status: { addresses: ['203.0.113.7'] } } } }),
  );
  const from = performance.now();
  const sluice = await RunningSluice.listening(['--config', config, '--backend', backend, '--data', folder.at('data'), ...listenFlags]);
  await sluice.ready(300_000);
  const readyMs = performance.now() - from;
  try {
    await pause(20_000);
    const stop = new AbortController();
    const changing = change(lab, stop.signal);
    const [endpointMs, hostMs] = [await probe(lab, sluice, endpointProbe), await probe(lab, sluice, hostProbe)];
    const memoryMiB = memoryOf(sluice, 'VmRSS');
    stop.abort();
    return { readyMs, memoryMiB, peakMiB: memoryOf(sluice, 'VmHWM'), endpointMs, hostMs, changes: await changing };
  } finally {
    await sluice.kill();
    folder.remove();
  }
}

/** Changes EndpointSlices, one after the other, until it is stopped; how many. */
async function change({ bulk, ingresses }: Lab, signal: AbortSignal): Promise<number> {
  const sent: Promise<void>[] = [];
  for (let step = 0; !signal.aborted; step++) {
    const index = (step * 37) % (ingresses / 2);
    sent.push(bulk.replace(sliceOf(index, 1, 9000 + (step % 1000))));
    await pause(1000 / CHANGES_PER_SECOND);
  }
  await Promise.all(sent);
  return sent.length;
}

/** Asks the API for a change; says what the answer to the host is afterwards. */
type Probe = (lab: Lab, step: number) => Promise<{ readonly host: string; readonly answer: string }>;

const endpointProbe: Probe = async ({ bulk, upstreams }, step) => {
  const upstream = upstreams[(step + 1) % 2 === 0 ? 0 : 1];
  await bulk.replace(endpointSlice('probe', 'web', [upstream.place]));
  return { host: 'probe.test', answer: upstream.name };
};

const hostProbe: Probe = async ({ bulk, upstreams }, step) => {
  const host = `new-${step}.test`;
  await bulk.create([ingress({ namespace: 'probe', name: `new-${step}`, className: CLASS, host })]);
  return { host, answer: upstreams[PROBES % 2 === 0 ? 0 : 1].name };
};

/** Times from the write to the first answer that is changed, in milliseconds. */
async function probe(lab: Lab, sluice: RunningSluice, ask: Probe): Promise<readonly number[]> {
  const times: number[] = [];
  for (let step = 0; step < PROBES; step++) {
    const from = performance.now();
    const { host, answer } = await ask(lab, step);
    while (!(await answerOf(sluice, host)).includes(answer)) await pause(5);
    times.push(performance.now() - from);
    await pause(100 + Math.random() * 100);
  }
  return times.toSorted((a, b) => a - b);
}

const agent = new Agent({ keepAlive: false });

function answerOf(sluice: RunningSluice, host: string): Promise<string> {
  return new Promise((resolve) => {
    const sent = request({ host: '127.0.0.1', port: sluice.ports.http, headers: { host }, agent, timeout: 5000 }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
      answer.once('end', () => resolve(answer.statusCode === 200 ? text : ''));
    });
    sent.once('error', () => resolve(''));
    sent.end();
  });
}

/** Of the controller process alone. */
function memoryOf(sluice: RunningSluice, field: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${sluice.command.pid}/status`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? Number.NaN) / 1024;
}

function at(times: readonly number[], share: number): string {
  return `${Math.round(times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN)} ms`;
}

const folder = new TemporaryFolder();
const plane = new ControlPlane(folder.at('control-plane'), programs);
try {
  await plane.boot();
  const cluster = clusterOf({
    lane: 'api-server',
    kubeconfig: plane.kubeconfig,
    controlPlane: { folder: folder.at('control-plane'), programs },
  });
  const upstreams = [
    await NamedUpstream.start('first', cluster.endpointAddress(0)),
    await NamedUpstream.start('second', cluster.endpointAddress(1)),
  ] as const;
  const lab = { cluster, bulk: new BulkApi(cluster.api.access), kubeconfig: plane.kubeconfig, upstreams, ingresses: Number(count) };
  const from = performance.now();
  await fill(lab);
  print(
    `${count} Ingresses, ${Number(count) / 2} Services, ${count} EndpointSlices written in ${Math.round((performance.now() - from) / 1000)} s`,
  );
  const rows: string[][] = [];
  for (const backend of backends.split(',')) {
    const { readyMs, memoryMiB, peakMiB, endpointMs, hostMs, changes } = await measure(lab, backend);
    rows.push([
      backend,
      `${Math.round(readyMs)} ms`,
      `${Math.round(memoryMiB)} / ${Math.round(peakMiB)} MiB`,
      at(endpointMs, 0.5),
      at(endpointMs, 0.99),
      at(hostMs, 0.5),
      at(hostMs, 0.99),
      String(changes),
    ]);
    for (let step = 0; step < PROBES; step++) await cluster.api.delete({ kind: 'Ingress', namespace: 'probe', name: `new-${step}` });
  }
  printTable(['backend', 'ready', 'memory / peak', 'endpoint p50', 'p99', 'new host p50', 'p99', 'slices changed'], rows);
  for (const upstream of upstreams) await upstream.close();
} finally {
  await plane.stop();
  folder.remove();
}
