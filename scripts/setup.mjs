import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT, workspaceNode } from './workspace-node.mjs';

const MODULES = join(ROOT, 'node_modules');
const LOCKFILE = join(ROOT, 'package-lock.json');
const STAMP = join(MODULES, '.sluice-setup');

/**
 * Brings the checkout to a usable state: dependencies as locked, every package built. Quick when nothing has changed, and needs
 * no network then.
 * @returns {{ node: string }} the Node.js that runs Sluice
 * @throws {Error} with a message for the user
 */
export function setUp() {
  installDependencies();
  const node = workspaceNode();
  build(node);
  return { node };
}

function installDependencies() {
  const wanted = digest(readFileSync(LOCKFILE));
  if (readIfThere(STAMP) === wanted) return;
  if (!installedFitsLockfile()) {
    say('Installing dependencies (npm ci) …');
    const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund'];
    const done = spawnSync('npm', args, { cwd: ROOT, stdio: 'inherit', env: outsideEnvironment(), shell: process.platform === 'win32' });
    if (done.error) throw new Error(`npm could not be started: ${done.error.message}`);
    if (done.status !== 0) throw new Error('The dependencies could not be installed: npm ci failed, see above.');
  }
  writeFileSync(STAMP, wanted);
}

/** Whether npm's own record of what it installed agrees with the lock file, as after `npm ci` or `npm install` by hand. */
function installedFitsLockfile() {
  const record = readIfThere(join(MODULES, '.package-lock.json'));
  if (record === undefined) return false;
  const installed = JSON.parse(record).packages;
  const locked = JSON.parse(readFileSync(LOCKFILE, 'utf8')).packages;
  const modules = Object.keys(locked).filter((path) => path.startsWith('node_modules/'));
  const fits = (path) => {
    const entry = installed[path];
    // npm leaves optional packages of other platforms out.
    if (entry === undefined) return locked[path].optional === true;
    return entry.version === locked[path].version && entry.integrity === locked[path].integrity;
  };
  return modules.every(fits) && Object.keys(installed).every((path) => path in locked);
}

function build(node) {
  say('Building …');
  const nx = join(MODULES, 'nx', 'dist', 'bin', 'nx.js');
  const env = {
    ...process.env,
    NX_DAEMON: 'false',
    NX_TUI: 'false',
    PATH: `${join(MODULES, '.bin')}${delimiter}${process.env.PATH ?? ''}`,
  };
  const done = spawnSync(node, [nx, 'run-many', '-t', 'build', '--outputStyle=static'], { cwd: ROOT, encoding: 'utf8', env });
  if (done.status === 0) return;
  process.stderr.write(`${done.stdout ?? ''}${done.stderr ?? ''}`);
  throw new Error(done.error ? `The build could not be started: ${done.error.message}` : 'The build failed, see above.');
}

/** npm ci removes node_modules and with it the Node.js in there: npm must run on the machine's own. */
function outsideEnvironment() {
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !resolve(folder).startsWith(MODULES));
  return { ...process.env, PATH: path.join(delimiter) };
}

function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function digest(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

function say(text) {
  process.stderr.write(`${text}\n`);
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    setUp();
    say('Ready.');
  } catch (error) {
    say(error.message);
    process.exitCode = 1;
  }
}
