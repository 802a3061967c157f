// Sets up what is missing, then runs every test. Further arguments go to vitest.
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { run, setUp } from './setup.mjs';

setUp();
const report = `${tmpdir()}/sluice-tests-${process.pid}.json`;
let failed = false;
try {
  run('vitest', ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...process.argv.slice(2)]);
} catch {
  failed = true;
}
const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report, 'utf8'));
rmSync(report);
console.log(`${numPassedTests} passed, ${numFailedTests} failed${numPendingTests > 0 ? `, ${numPendingTests} skipped` : ''}`);
if (failed || (process.env.CI === 'true' && numPendingTests > 0)) process.exit(1);
