// CPU time of one proxied request: Sluice's Node data plane beside nginx, in one run on one machine. All of them run all the time and are asked
// in turn, in short rounds: what else the machine does then meets all alike. Figures of different runs do not compare; the ratio of one run does.
// Needs Linux and wrk; nginx is left out where it is not installed.
// Usage: npm run bench -- cost; this script alone: [SECONDS [ROUNDS]]
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MeasuredProcess } from './measured-process.ts';
import { manifests, nginxConfig } from './setups.ts';

const [seconds, rounds] = [Number(process.argv[2] ?? 1), Number(process.argv[3] ?? 21)];
const WARM_UP_SECONDS = 5;
const ports = { upstream: 28_081, nginx: 28_082, sluices: 28_083 };
const bin = fileURLToPath(new URL('../../../../apps/controller/bin/sluice.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
const manifestFolder = join(folder, 'manifests');

interface Target {
  readonly name: string;
  readonly port: number;
  readonly start: () => MeasuredProcess;
}

/** A target under way, with what it cost in each round. */
interface Running {
  readonly name: string;
  readonly port: number;
  readonly proxy: MeasuredProcess;
  readonly costs: number[];
}

/** What is seen of requests: what it costs is the difference to nothing at all. Nobody listens where spans would go, and none is sampled. */
const observations: readonly { readonly name: string; readonly config: string; readonly env?: Readonly<Record<string, string>> }[] = [
  { name: 'sluice', config: '{}' },
  { name: 'no metrics', config: '{ metrics: { requests: { enabled: false } } }' },
  { name: 'neither', config: '{ metrics: { requests: { enabled: false } }, node: { accessLog: false } }' },
  { name: 'tracing too', config: '{}', env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_TRACES_SAMPLER: 'always_off' } },
];

function installed(command: string): boolean {
  return spawnSync(command, ['-v']).error === undefined;
}

function targets(): readonly Target[] {
  const sluices = observations.map(({ name, config, env }, index): Target => {
    const own = join(folder, String(index));
    const [port, tls, admin] = [0, 1, 2].map((offset) => ports.sluices + 3 * index + offset) as [number, number, number];
    const listen = ['--http', address(port), '--https', address(tls), '--admin', address(admin)];
    const start = (): MeasuredProcess => {
      mkdirSync(own);
      writeFileSync(join(own, 'config.yaml'), config);
      const flags = ['--config', join(own, 'config.yaml'), '--manifests', manifestFolder, '--data', own, '--log-level', 'warn'];
      return new MeasuredProcess(bin, ['run', ...flags, ...listen], {
        PATH: `${dirname(process.execPath)}:${process.env['PATH']}`,
        ...env,
      });
    };
    return { name, port, start };
  });
  const nginx = {
    name: 'nginx',
    port: ports.nginx,
    start: () => new MeasuredProcess('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')]),
  };
  return installed('nginx') ? [...sluices, nginx] : sluices;
}

function address(port: number): string {
  return `127.0.0.1:${port}`;
}

/** Asks for so many seconds; how many requests were answered, and whether any had another answer than the one of the upstream. */
function ask(one: Running, duration: number): { readonly count: number; readonly failed: boolean } {
  const url = `http://${address(one.port)}/path?q=1`;
  const report = execFileSync('wrk', ['-t1', '-c64', `-d${duration}s`, '-H', 'Host: bench.test', url], { encoding: 'utf8' });
  const count = Number(/(\d+) requests in/.exec(report)?.[1]);
  return { count, failed: /Non-2xx|Socket errors/.test(report) };
}

/** Microseconds of CPU per request. */
function costOf(one: Running): number {
  const before = one.proxy.cpuUs();
  const { count, failed } = ask(one, seconds);
  if (failed) throw new Error(`requests to ${one.name} failed`);
  return (one.proxy.cpuUs() - before) / count;
}

async function startAll(): Promise<readonly Running[]> {
  const running: Running[] = [];
  try {
    for (const { name, port, start } of targets()) {
      const one = { name, port, proxy: start(), costs: [] };
      running.push(one);
      await one.proxy.listening(port);
      ask(one, WARM_UP_SECONDS);
    }
  } catch (error) {
    await stopAll(running);
    throw error;
  }
  return running;
}

async function stopAll(running: readonly Running[]): Promise<void> {
  for (const { proxy } of running) await proxy.stop();
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** What one costs more than the other: the middle of the differences in each round. */
function difference(running: readonly Running[], more: string, less: string): string {
  const [left = [], right = []] = [more, less].map((name) => running.find((one) => one.name === name)?.costs);
  return `${median(left.map((cost, round) => cost - (right[round] ?? Number.NaN))).toFixed(1)} µs`;
}

function summarize(running: readonly Running[]): void {
  for (const { name, costs } of running)
    print(`${name.padEnd(14)} ${median(costs).toFixed(1)} µs CPU a request (least ${Math.min(...costs).toFixed(1)})`);
  const [sluice, nginx] = ['sluice', 'nginx'].map((wanted) => median(running.find(({ name }) => name === wanted)?.costs ?? []));
  if (sluice !== undefined && nginx !== undefined && !Number.isNaN(nginx)) print(`sluice is ${(sluice / nginx).toFixed(2)} times nginx`);
  const metrics = difference(running, 'sluice', 'no metrics');
  const log = difference(running, 'no metrics', 'neither');
  const tracing = difference(running, 'tracing too', 'sluice');
  print(
    `of which metrics ${metrics}, access log ${log}, both ${difference(running, 'sluice', 'neither')}; tracing without a sample ${tracing} on top`,
  );
}

async function main(): Promise<void> {
  if (!installed('wrk')) throw new Error('wrk is not installed: apt-get install wrk');
  mkdirSync(manifestFolder);
  writeFileSync(join(manifestFolder, 'bench.yaml'), manifests(ports.upstream));
  writeFileSync(join(folder, 'nginx.conf'), nginxConfig(folder, ports.nginx, ports.upstream));
  const upstream = new MeasuredProcess(process.execPath, [fileURLToPath(new URL('upstream.ts', import.meta.url)), String(ports.upstream)]);
  try {
    await upstream.listening(ports.upstream);
    const running = await startAll();
    try {
      for (let round = 1; round <= rounds; round++) {
        for (const one of running) one.costs.push(costOf(one));
        print(`round ${round} of ${rounds}: ${running.map(({ name, costs }) => `${name} ${(costs.at(-1) ?? 0).toFixed(1)}`).join(', ')}`);
      }
      summarize(running);
    } finally {
      await stopAll(running);
    }
  } finally {
    await upstream.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
