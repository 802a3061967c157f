import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { untilTrue } from './until.ts';

/** The process id of the nginx master that serves from a data folder; undefined when there is none. */
export function nginxMaster(data: string): number | undefined {
  const path = join(data, 'nginx', 'run', 'nginx.pid');
  const pid = existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0;
  return pid > 0 && runs(pid) ? pid : undefined;
}

/** The children of a process, such as the workers of a master; those that have ended are not among them. */
export function childrenOf(parent: number): readonly number[] {
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
  return pids.filter((pid) => Number(statusOf(pid)[1]) === parent && runs(pid));
}

/** Whether a process is there and has not ended. */
export function runs(pid: number): boolean {
  const [state] = statusOf(pid);
  return state !== undefined && state !== 'Z' && state !== 'X';
}

/** Fields of /proc/PID/stat from the third on: state and parent come first. Empty when there is no such process. */
function statusOf(pid: number): readonly string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

/** Ends the nginx that a killed controller left behind; it may be stopped. */
export async function stopNginx(data: string): Promise<void> {
  const master = nginxMaster(data);
  if (master === undefined) return;
  const family = [master, ...childrenOf(master)];
  for (const pid of family) signalIfThere(pid, 'SIGKILL');
  await untilTrue('nginx to end', () => !family.some(runs));
}

function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended already, which is what was wanted.
  }
}
