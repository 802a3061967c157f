import { readFileSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** A process as the kernel tells it. A pid alone can be that of another process by now: with its start time it cannot. */
export interface ProcessIdentity {
  readonly pid: number;
  /** In clock ticks since the machine started. */
  readonly startTime: string;
}

export interface ProcessInfo extends ProcessIdentity {
  readonly parent: number;
  /** `R`, `S`, `T` (stopped), `Z` (ended, not yet waited for) and so on. */
  readonly state: string;
}

/** Reads `/proc/PID/stat` (proc(5)); undefined when there is no such process. */
export function processInfo(pid: number): ProcessInfo | undefined {
  const text = readOrNothing(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The name in parentheses may hold anything: the fields are counted from its end.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { pid, state: fields[0] ?? '', parent: Number(fields[1]), startTime: fields[19] ?? '' };
}

/** Whether it is still the same process, and has not ended. */
export function isAlive({ pid, startTime }: ProcessIdentity): boolean {
  const now = processInfo(pid);
  return now !== undefined && now.startTime === startTime && now.state !== 'Z' && now.state !== 'X';
}

const POLL_MS = 10;

/** Resolves when none of the processes is there, or the signal fires. */
export async function allEnded(processes: readonly ProcessIdentity[], signal: AbortSignal): Promise<void> {
  while (!signal.aborted && processes.some(isAlive)) await pause(POLL_MS);
}

/** What the process calls itself, such as `nginx: worker process`. */
export function processTitle(pid: number): string {
  return readOrNothing(`/proc/${pid}/cmdline`)?.replaceAll('\0', ' ').trimEnd() ?? '';
}

/** Whether a process runs in a folder, by whatever path. False when the kernel does not tell us. */
export function runsIn(pid: number, folder: string): boolean {
  try {
    const [its, asked] = [statSync(`/proc/${pid}/cwd`), statSync(folder)];
    return its.ino === asked.ino && its.dev === asked.dev;
  } catch {
    return false;
  }
}

/** The program of a process; ends with ` (deleted)` when the file has been replaced. */
export function processProgram(pid: number): string | undefined {
  return linkOrNothing(`/proc/${pid}/exe`);
}

export function childrenOf(pid: number): readonly number[] {
  const text = readOrNothing(`/proc/${pid}/task/${pid}/children`);
  if (text !== undefined) return text.trim() === '' ? [] : text.trim().split(' ').map(Number);
  return allProcesses().filter((one) => processInfo(one)?.parent === pid);
}

export function allProcesses(): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** Sends a signal to a process if it is still the same one. Whether it was sent. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false;
  try {
    return process.kill(identity.pid, signal);
  } catch {
    return false;
  }
}

function readOrNothing(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function linkOrNothing(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
