import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../linked-packages.ts';
import { installedBackends } from './installed-backends.ts';
import { programSource } from './control-plane-programs.ts';
import { provideCertManager } from './cert-manager-program.ts';
import { isLack } from './lack.ts';
import { chooseLanes } from './lanes.ts';
import type { Lane } from './lanes.ts';
import { inPrivateMachine } from './private-machine.ts';
import { planInEnvironment } from './run-plan.ts';
import type { BackendChoice } from './run-plan.ts';

/**
 * `npm run e2e -- [--backend NAME]... [--reports DIR] [arguments of vitest]`: the cluster suites on every lane that is chosen. With `--reports`
 * a JSON report of each lane and one of what was skipped are written there.
 */
const { values, tokens } = parseArgs({
  options: { backend: { type: 'string', multiple: true }, reports: { type: 'string' } },
  strict: false,
  tokens: true,
});
const own = new Set(
  tokens.flatMap((token) => (token.kind === 'option' && ['backend', 'reports'].includes(token.name) ? [token.index] : [])),
);
const valueOf = tokens.flatMap((token) => (token.kind === 'option' && own.has(token.index) && !token.inlineValue ? [token.index + 1] : []));
const forVitest = process.argv.slice(2).filter((_, index) => !own.has(index) && !valueOf.includes(index));
const say = (text: string): void => void process.stderr.write(`${text}\n`);
const reports = typeof values.reports === 'string' ? values.reports : undefined;
const folder = mkdtempSync(join(tmpdir(), 'sluice-e2e-run-'));

/** Runs the suites on one lane; returns the exit status. */
async function runLane(lane: Lane, backends: readonly BackendChoice[]): Promise<number> {
  const programs = lane.name === 'api-server' ? providePrograms() : undefined;
  const plan = { lane: lane.name, backends, ...(programs !== undefined && { programs }) };
  const report =
    reports === undefined ? [] : ['--reporter=default', '--reporter=json', `--outputFile.json=${join(reports, `${lane.name}.json`)}`];
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const suites = [process.execPath, vitest, 'run', '--config', 'e2e/cluster/vitest.config.ts', ...report, ...forVitest];
  const [program = '', ...args] = lane.name === 'api-server' ? inPrivateMachine(folder, suites) : suites;
  const child = spawn(program, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...planInEnvironment(plan) } });
  const stop = (): boolean => child.kill(lane.name === 'api-server' ? 'SIGKILL' : 'SIGTERM');
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}

function providePrograms(): string {
  const source = programSource();
  if (isLack(source)) throw new Error(source.missing);
  // Where the suites run there is no network: what they need is built before.
  provideCertManager(say);
  return source.provide(say);
}

async function main(): Promise<number> {
  const backends = installedBackends(values.backend as readonly string[] | undefined, say);
  const lanes = await chooseLanes({ environment: process.env, temporary: folder });
  const skipped = lanes.filter(isLack).map(({ name, missing, install }) => `cluster suites, ${name}: ${missing}; ${install}`);
  for (const text of skipped) say(`Skipped: ${text}`);
  let status = 0;
  for (const lane of lanes) {
    if (isLack(lane)) continue;
    say(`Cluster suites on ${lane.name}: ${lane.why}. Backends: ${backends.map(({ name }) => name).join(', ')}.`);
    status = Math.max(status, await runLane(lane, backends));
  }
  if (reports !== undefined) writeFileSync(join(reports, 'skipped.json'), JSON.stringify(reportOf(skipped)));
  // Whoever takes reports counts what was skipped.
  return reports === undefined && skipped.length > 0 && process.env['CI'] === 'true' ? Math.max(status, 1) : status;
}

/** What was skipped as vitest reports it. */
function reportOf(skipped: readonly string[]): object {
  const assertionResults = skipped.map((title) => ({ ancestorTitles: [], title, status: 'skipped' }));
  return { testResults: [{ name: join(root, 'e2e', 'cluster'), status: 'passed', assertionResults }] };
}

try {
  process.exitCode = await main();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
