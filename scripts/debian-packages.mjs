import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { POLICY, withoutServiceStarts } from './service-policy.mjs';

/** The command that installs packages of Debian or Ubuntu, as a person would type it. */
export function installCommand(packages) {
  return `sudo apt-get update && sudo apt-get install --no-install-recommends ${packages.join(' ')}`;
}

/** Whether this process may install packages here by itself; if not, why. */
export function installRefusal({ debian = existsSync('/etc/debian_version'), root = process.getuid?.() === 0 } = {}) {
  if (!debian) return 'this machine is not Debian or Ubuntu';
  return root ? undefined : 'installing needs root';
}

/**
 * Installs packages without starting their services.
 * @throws {Error} with a message for the user
 */
export function installPackages(packages, run = runQuietly, policy = POLICY) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = ['-q', '-y', '-o', 'DPkg::Lock::Timeout=300'];
  withoutServiceStarts(() => {
    run('apt-get', [...options, 'update'], env);
    run('apt-get', [...options, 'install', '--no-install-recommends', ...packages], env);
  }, policy);
}

/** Runs a command whose output matters only when it fails. */
function runQuietly(command, args, env) {
  const done = spawnSync(command, args, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'pipe'] });
  if (done.status === 0) return;
  process.stderr.write(`${done.stdout ?? ''}${done.stderr ?? ''}`);
  throw new Error(`${command} ${args.join(' ')} ${done.error ? `could not be started: ${done.error.message}` : 'failed, see above'}`);
}
