// CPU time of one proxied request: Sluice's Node data plane beside nginx, in one run on one machine. Figures of different
// runs do not compare; the ratio of one run does. Needs Linux and wrk; nginx is left out where it is not installed.
// Usage: npm run bench [-- SECONDS ROUNDS]
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MeasuredProcess } from './measured-process.ts';
import { manifests, nginxConfig } from './setups.ts';

const [seconds, rounds] = [Number(process.argv[2] ?? 5), Number(process.argv[3] ?? 3)];
const ports = { upstream: 28_081, sluice: 28_082, tls: 28_083, admin: 28_084, nginx: 28_085 };
const bin = fileURLToPath(new URL('../../../../apps/controller/bin/sluice.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));

interface Target {
  readonly name: string;
  readonly port: number;
  readonly start: () => MeasuredProcess;
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
  const address = (port: number): string => `127.0.0.1:${port}`;
  const flags = [
    '--manifests',
    folder,
    '--http',
    address(ports.sluice),
    '--https',
    address(ports.tls),
    '--admin',
    address(ports.admin),
    '--data',
    folder,
  ];
  const sluices = observations.map(({ name, config, env }) => ({
    name,
    port: ports.sluice,
    start: () => {
      const path = join(folder, 'config.yaml');
      writeFileSync(path, config);
      return new MeasuredProcess(process.execPath, [bin, 'run', '--config', path, ...flags, '--log-level', 'warn'], env);
    },
  }));
  const nginx = {
    name: 'nginx',
    port: ports.nginx,
    start: () => new MeasuredProcess('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')]),
  };
  return installed('nginx') ? [...sluices, nginx] : sluices;
}

/** Microseconds of CPU per request, and requests a second. */
function load(proxy: MeasuredProcess, port: number): { readonly costUs: number; readonly rate: number } {
  const wrk = (duration: number): string =>
    execFileSync('wrk', ['-t1', '-c64', `-d${duration}s`, '-H', 'Host: bench.test', `http://127.0.0.1:${port}/path?q=1`], {
      encoding: 'utf8',
    });
  wrk(2);
  const before = proxy.cpuUs();
  const report = wrk(seconds);
  const count = Number(/(\d+) requests in/.exec(report)?.[1]);
  if (/Non-2xx/.test(report)) throw new Error(`requests failed:\n${report}`);
  return { costUs: (proxy.cpuUs() - before) / count, rate: count / seconds };
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

async function main(): Promise<void> {
  if (!installed('wrk')) throw new Error('wrk is not installed: apt-get install wrk');
  writeFileSync(join(folder, 'bench.yaml'), manifests(ports.upstream));
  writeFileSync(join(folder, 'nginx.conf'), nginxConfig(folder, ports.nginx, ports.upstream));
  const upstream = new MeasuredProcess(process.execPath, [fileURLToPath(new URL('upstream.ts', import.meta.url)), String(ports.upstream)]);
  const costs = new Map<string, number[]>();
  try {
    await upstream.listening(ports.upstream);
    for (let round = 1; round <= rounds; round++) {
      for (const { name, port, start } of targets()) {
        const proxy = start();
        try {
          await proxy.listening(port);
          const { costUs, rate } = load(proxy, port);
          costs.set(name, [...(costs.get(name) ?? []), costUs]);
          print(`round ${round}  ${name.padEnd(14)} ${costUs.toFixed(1)} µs CPU a request, ${rate.toFixed(0)} requests/s`);
        } finally {
          await proxy.stop();
        }
      }
    }
  } finally {
    await upstream.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  const of = (name: string): number => median(costs.get(name) ?? []);
  const [sluice, nginx] = [of('sluice'), of('nginx')];
  print(
    `median  sluice ${sluice.toFixed(1)} µs${Number.isNaN(nginx) ? '' : `, nginx ${nginx.toFixed(1)} µs, ratio ${(sluice / nginx).toFixed(2)}`}`,
  );
  const share = (name: string, cost: number): string => `${name} ${cost.toFixed(1)} µs`;
  const shares = [share('metrics', sluice - of('no metrics')), share('access log', of('no metrics') - of('neither'))];
  print(`        of which ${[...shares, share('and tracing without a sample', of('tracing too') - sluice)].join(', ')}`);
}

await main();
