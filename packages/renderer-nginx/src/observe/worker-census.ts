import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { allProcesses, childrenOf, isAlive, processInfo, processTitle, runsIn } from './process-info.ts';
import type { ProcessIdentity, ProcessInfo } from './process-info.ts';

/** A worker process of nginx. */
export interface Worker extends ProcessInfo {
  /** It has stopped accepting and waits for its connections to end. */
  readonly draining: boolean;
}

const MASTER = /^nginx: master process/;
const WORKER = /^nginx: worker process( is shutting down)?/;
const FORKED = /^nginx: (?:worker process( is shutting down)?|master process)/;

/** Whether a process is a master of nginx that runs in the folder. */
export function isMasterIn(folder: string, pid: number): boolean {
  return MASTER.test(processTitle(pid)) && runsIn(pid, folder);
}

/** The workers of a master. One that has just been forked still has the title of the master. */
export function workersOf(masterPid: number): readonly Worker[] {
  return childrenOf(masterPid).flatMap((pid) => workerOf(pid, FORKED) ?? []);
}

/**
 * Workers without their master that run in the folder, or are among those known: the kernel does not tell everybody in which
 * folder a process of another user runs.
 */
export function orphansIn(folder: string, known: readonly ProcessIdentity[] = []): readonly Worker[] {
  const sure = new Set(known.filter(isAlive).map(({ pid }) => pid));
  return allProcesses().flatMap((pid) => {
    if (!WORKER.test(processTitle(pid)) || !(sure.has(pid) || runsIn(pid, folder))) return [];
    const worker = workerOf(pid);
    return worker === undefined || MASTER.test(processTitle(worker.parent)) ? [] : [worker];
  });
}

function workerOf(pid: number, titles = WORKER): Worker | undefined {
  const title = titles.exec(processTitle(pid));
  const info = title === null ? undefined : processInfo(pid);
  return info && { ...info, draining: title?.[1] !== undefined };
}

/** The TCP ports on which a process listens; empty when the kernel does not tell. */
export function portsOf(pid: number): ReadonlySet<number> {
  const sockets = socketsOf(pid);
  return new Set(tcpSockets(pid).flatMap(({ state, port, inode }) => (state === LISTEN && sockets?.has(inode) ? [port] : [])));
}

/** How many clients are connected to each worker on one of the ports. Workers of which the kernel does not tell are left out. */
export function clientConnections(workers: readonly ProcessIdentity[], ports: ReadonlySet<number>): ReadonlyMap<number, number> {
  const first = workers[0];
  if (first === undefined) return new Map();
  const open = new Set(
    tcpSockets(first.pid).flatMap(({ state, port, inode }) => (state === ESTABLISHED && ports.has(port) ? [inode] : [])),
  );
  const counts = new Map<number, number>();
  for (const { pid } of workers) {
    const sockets = socketsOf(pid);
    if (sockets !== undefined) counts.set(pid, [...sockets].filter((inode) => open.has(inode)).length);
  }
  return counts;
}

const ESTABLISHED = '01';
const LISTEN = '0A';

interface TcpSocket {
  readonly state: string;
  readonly port: number;
  readonly inode: string;
}

/** The TCP sockets of the network of a process: `/proc/PID/net/tcp` of proc(5). */
function tcpSockets(pid: number): readonly TcpSocket[] {
  return ['tcp', 'tcp6'].flatMap((name) => {
    const lines = readLines(`/proc/${pid}/net/${name}`).slice(1);
    return lines.map((line) => {
      const fields = line.trim().split(/\s+/);
      return { state: fields[3] ?? '', port: Number.parseInt(fields[1]?.split(':')[1] ?? '', 16), inode: fields[9] ?? '' };
    });
  });
}

/** The inodes of the sockets that a process has open; undefined when the kernel does not tell. */
function socketsOf(pid: number): ReadonlySet<string> | undefined {
  try {
    const names = readdirSync(`/proc/${pid}/fd`);
    return new Set(names.flatMap((name) => /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${name}`))?.[1] ?? []));
  } catch {
    return undefined;
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function readLines(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch {
    return [];
  }
}
