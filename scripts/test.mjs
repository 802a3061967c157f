import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureNginx, nginxInstallCommand } from './real-nginx.mjs';
import { runChild } from './run-child.mjs';
import { setUp } from './setup.mjs';
import { countTests } from './test-count.mjs';
import { mayNeedNginx, testFiles } from './test-selection.mjs';
import { ROOT } from './workspace-node.mjs';

const args = process.argv.slice(2);
// With a name pattern vitest reports every other test as skipped, which is what was asked for.
const named = args.some((arg) => /^(-t|--testNamePattern)(=|$)/.test(arg));
const skipsFail = process.env.CI === 'true' && !named;

async function runTests() {
  const { node } = setUp();
  const missing = mayNeedNginx(args, testFiles(ROOT)) ? ensureNginx() : undefined;
  process.stderr.write('Testing …\n');
  const folder = mkdtempSync(join(tmpdir(), 'sluice-test-'));
  try {
    const report = join(folder, 'report.json');
    const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
    const status = await runChild(node, [vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...args]);
    const count = countTests({ report: readReport(report), status, skipsFail, root: ROOT });
    return missing === undefined ? count : { ...count, notes: [...count.notes, skippedWithout(missing)] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function skippedWithout(missing) {
  return `what needs nginx was skipped: ${missing}. It comes with: ${nginxInstallCommand}`;
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
