import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import type { ProcessIdentity } from './process-info.ts';

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
