import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Proxy } from './proxy-programs.ts';
import { untilTrue } from './until.ts';

/** Where each proxy's master is told, in a data folder. */
const MASTERS: Readonly<Record<Proxy, { readonly file: string; readonly pid: (text: string) => number }>> = {
  nginx: { file: 'nginx/run/nginx.pid', pid: Number },
  haproxy: { file: 'haproxy/run/started.json', pid: (text) => (JSON.parse(text) as { readonly pid: number }).pid },
};

/** The process id of the master that serves from a data folder; undefined when there is none. */
export function masterOf(proxy: Proxy, data: string): number | undefined {
  const { file, pid } = MASTERS[proxy];
  const path = join(data, file);
  const master = existsSync(path) ? pid(readFileSync(path, 'utf8')) : 0;
  return master > 0 && runs(master) ? master : undefined;
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

/** Ends the proxies that a killed controller left behind; they may be stopped. */
export async function stopProxies(data: string): Promise<void> {
  const masters = [masterOf('nginx', data), masterOf('haproxy', data)].filter((pid) => pid !== undefined);
  const family = masters.flatMap((master) => [master, ...childrenOf(master)]);
  for (const pid of family) signalIfThere(pid, 'SIGKILL');
  await untilTrue('the proxy to end', () => !family.some(runs));
}

function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended already, which is what was wanted.
  }
}
