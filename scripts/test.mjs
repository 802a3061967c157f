import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newerProxy } from './newer-proxy.mjs';
import { ensureProxy, proxyInstallCommand } from './real-proxy.mjs';
import { runChild } from './run-child.mjs';
import { setUp } from './setup.mjs';
import { countTests } from './test-count.mjs';
import { chosenFiles, neededProxies, testFiles } from './test-selection.mjs';
import { ROOT } from './workspace-node.mjs';

const args = process.argv.slice(2);
// With a name pattern vitest reports every other test as skipped, which is what was asked for.
const named = args.some((arg) => /^(-t|--testNamePattern)(=|$)/.test(arg));
const skipsFail = process.env.CI === 'true' && !named;

/** The suites that need a cluster: another run of vitest, with the cluster that it brings. */
const SUITES = 'e2e/cluster/suites';

async function runTests() {
  const { node } = setUp();
  const files = testFiles(ROOT);
  const suites = readdirSync(join(ROOT, SUITES)).map((name) => `${SUITES}/${name}`);
  const withCluster = chosenFiles(args, suites).length > 0;
  const needed = neededProxies(withCluster ? [] : args, files);
  const missing = needed.flatMap(lackOf);
  // Brings both, once for all the test files that run side by side; those that need one tell what is missing.
  if (needed.includes('haproxy')) newerProxy('haproxy');
  process.stderr.write('Testing …\n');
  const reports = mkdtempSync(join(tmpdir(), 'sluice-test-'));
  try {
    const statuses = [];
    if (!withCluster || chosenFiles(args, files).length > 0) statuses.push(await runVitest(node, join(reports, 'tests.json')));
    if (withCluster) statuses.push(await runChild(node, [join(ROOT, 'e2e', 'cluster', 'run.ts'), '--reports', reports, ...args]));
    const count = countTests({ report: readReports(reports), status: Math.max(...statuses), skipsFail, root: ROOT });
    return { ...count, notes: [...count.notes, ...missing] };
  } finally {
    rmSync(reports, { recursive: true, force: true });
  }
}

function runVitest(node, report) {
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  return runChild(node, [vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...args]);
}

/** What is said of a proxy that is not there and cannot be brought. */
function lackOf(proxy) {
  const missing = ensureProxy(proxy);
  return missing === undefined ? [] : [`what needs ${proxy} was skipped: ${missing}. It comes with: ${proxyInstallCommand(proxy)}`];
}

/** The reports of a folder as one; undefined when there is none. */
function readReports(folder) {
  const found = readdirSync(folder).flatMap((name) => readReport(join(folder, name)) ?? []);
  return found.length === 0 ? undefined : { testResults: found.flatMap(({ testResults }) => testResults) };
}

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

let count;
try {
  count = await runTests();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  count = { notes: [], summary: '0 passed, 1 failed', ok: false };
}
for (const note of named ? [] : count.notes) console.log(note);
console.log(count.summary);
process.exitCode = count.ok ? 0 : 1;
