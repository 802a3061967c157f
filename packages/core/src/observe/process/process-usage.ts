import { readFileSync } from 'node:fs';
import { processInfo } from './process-info.ts';
import type { ProcessIdentity } from './process-info.ts';

/** What a process has used so far, as proc(5) tells it. */
export interface ProcessUsage {
  /** In user mode and in the kernel. */
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly virtualBytes: number;
  /** Seconds since 1970. */
  readonly startedSeconds: number;
  /** To and from storage; absent where the kernel does not tell everybody, as of a process of another user. */
  readonly io?: { readonly readBytes: number; readonly writeBytes: number };
}

/** USER_HZ: ticks a second of what the kernel tells programs, on every architecture that Node.js runs on. */
const TICKS = 100;

/** Undefined when the process has ended, and where there is no /proc. */
export function processUsage({ pid, startTime }: ProcessIdentity): ProcessUsage | undefined {
  if (processInfo(pid)?.startTime !== startTime) return undefined;
  const [stat, status, io] = [`/proc/${pid}/stat`, `/proc/${pid}/status`, `/proc/${pid}/io`].map(readOrNothing);
  const boot = bootSeconds();
  if (stat === undefined || status === undefined || boot === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS,
    residentBytes: numberIn(status, 'VmRSS') * 1024,
    virtualBytes: numberIn(status, 'VmSize') * 1024,
    startedSeconds: boot + Number(startTime) / TICKS,
    ...(io !== undefined && { io: { readBytes: numberIn(io, 'read_bytes'), writeBytes: numberIn(io, 'write_bytes') } }),
  };
}

let booted: number | undefined;

function bootSeconds(): number | undefined {
  const text = booted === undefined ? readOrNothing('/proc/stat') : undefined;
  if (text !== undefined) booted = Number(/^btime (\d+)$/m.exec(text)?.[1]);
  return booted;
}

/** Zero for a line that is not there: a process that has just ended has no memory. */
function numberIn(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(text)?.[1] ?? 0);
}

function readOrNothing(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
