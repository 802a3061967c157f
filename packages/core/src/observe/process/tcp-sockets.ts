import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import type { ProcessIdentity } from './process-info.ts';

/** The TCP ports on which a process listens; empty when the kernel does not tell. */
export function portsOf(pid: number): ReadonlySet<number> {
  return openPortsOf([pid]).tcp;
}

/** Ports that processes have open for anybody. */
export interface OpenPorts {
  readonly tcp: ReadonlySet<number>;
  readonly udp: ReadonlySet<number>;
}

/** The ports that these processes listen on, datagrams included; none where the kernel does not tell. */
export function openPortsOf(pids: readonly number[]): OpenPorts {
  const [tcp, udp] = [new Set<number>(), new Set<number>()];
  for (const pid of pids) {
    const own = socketsOf(pid);
    for (const { state, port, inode } of tcpSockets(pid)) if (state === LISTEN && own?.has(inode)) tcp.add(port);
    for (const { state, port, inode } of sockets(pid, ['udp', 'udp6'])) if (state === UNCONNECTED && own?.has(inode)) udp.add(port);
  }
  return { tcp, udp };
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
    const own = socketsOf(pid);
    if (own !== undefined) counts.set(pid, [...own].filter((inode) => open.has(inode)).length);
  }
  return counts;
}

const ESTABLISHED = '01';
const LISTEN = '0A';
const UNCONNECTED = '07';

interface OpenSocket {
  readonly state: string;
  readonly port: number;
  readonly inode: string;
}

/** The TCP sockets of the network of a process: `/proc/PID/net/tcp` of proc(5). */
function tcpSockets(pid: number): readonly OpenSocket[] {
  return sockets(pid, ['tcp', 'tcp6']);
}

function sockets(pid: number, tables: readonly string[]): readonly OpenSocket[] {
  return tables.flatMap((name) => {
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
