// Brings the checkout to a usable state: dependencies by `npm ci` when the lockfile changed, then the build.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = `${root}node_modules/.sluice-setup`;

/** Runs a command of the checkout, its output passed through; throws when it fails. */
export function run(command, args) {
  const path = `${root}node_modules/.bin:${process.env.PATH}`;
  execFileSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, PATH: path } });
}

/** Idempotent; quick when nothing changed, and needs no network then. */
export function setUp() {
  const wanted = createHash('sha256').update(readFileSync(`${root}package-lock.json`)).digest('hex');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    console.error('Installing dependencies (npm ci) ...');
    run('npm', ['ci', '--no-audit', '--no-fund']);
    writeFileSync(stamp, wanted);
  }
  console.error('Building ...');
  run('nx', ['run-many', '-t', 'build', '--outputStyle=stream']);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) setUp();
