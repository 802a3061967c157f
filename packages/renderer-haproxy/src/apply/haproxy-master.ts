import { readFileSync, writeFileSync } from 'node:fs';
import { SluiceError, allProcesses, childrenOf, isAlive, messageOf, processInfo, processTitle, runsIn, startMaster } from '@sluice/core';
import type { Master, ProcessIdentity } from '@sluice/core';
import { joinedLines, parseOutputLine } from '../observe/output-line.ts';
import { serveArguments } from './haproxy-folder.ts';
import type { HaproxyFolder } from './haproxy-folder.ts';

/** What is run. */
export interface Program {
  readonly binary: string;
  /** Tells it from others: path and version. */
  readonly program: string;
}

/** What is noted of a master. */
interface Started extends ProcessIdentity {
  readonly program: string;
}

/** Starts HAProxy in its folder; see `startMaster`. */
export async function spawnHaproxy({ binary, program }: Program, folder: HaproxyFolder): Promise<Master> {
  const { root, output, started } = folder;
  const master = await startMaster({ binary, parameters: serveArguments, root, output });
  try {
    writeFileSync(started, JSON.stringify({ pid: master.pid, startTime: master.startTime, program } satisfies Started), { mode: 0o600 });
  } catch (error) {
    process.kill(master.pid, 'SIGKILL');
    throw new SluiceError('SLU3002', `cannot note which HAProxy was started: ${messageOf(error)}`, { cause: error });
  }
  return master;
}

/** The master that was started in the folder last, and still runs; `isSame`: it is of the program that would be started now. */
export function findMaster(folder: HaproxyFolder, program: string): (ProcessIdentity & { readonly isSame: boolean }) | undefined {
  const noted = readStarted(folder.started);
  if (noted === undefined || !isAlive(noted) || !runsIn(noted.pid, folder.root)) return undefined;
  return { pid: noted.pid, startTime: noted.startTime, isSame: noted.program === program };
}

const TITLE = serveArguments.join(' ');

/** The workers of a master. */
export function workersOf(master: ProcessIdentity): readonly ProcessIdentity[] {
  return isAlive(master) ? childrenOf(master.pid).flatMap((pid) => processInfo(pid) ?? []) : [];
}

/** Workers in the folder whose master is gone: they serve until they are told to end. */
export function orphansIn({ root }: HaproxyFolder, known: readonly ProcessIdentity[]): readonly ProcessIdentity[] {
  const sure = new Set(known.filter(isAlive).map(({ pid }) => pid));
  const ours = allProcesses().filter((pid) => processTitle(pid).includes(TITLE) && (sure.has(pid) || runsIn(pid, root)));
  const all = new Set(ours);
  return ours.flatMap((pid) => {
    const info = processInfo(pid);
    return info === undefined || all.has(info.parent) || !isAlive(info) || isMaster(pid) ? [] : [info];
  });
}

/** Whether a process has the socket of a master to listen on: workers are its children, and orphans have none. */
function isMaster(pid: number): boolean {
  return childrenOf(pid).some((child) => processTitle(child).includes(TITLE));
}

/** What the HAProxy that was started last wrote. */
export function outputOf({ output }: HaproxyFolder): string {
  try {
    return readFileSync(output, 'utf8');
  } catch {
    return '';
  }
}

/** Its last complaint that says something. */
export function lastWords(folder: HaproxyFolder): string {
  return complaint(outputOf(folder).split('\n')) ?? '';
}

/** The first alert among lines; those that count errors say nothing. */
export function complaint(lines: readonly string[]): string | undefined {
  const alerts = joinedLines(lines)
    .flatMap((line) => parseOutputLine(line) ?? [])
    .filter(({ level }) => level === 'ALERT');
  return alerts.find(({ text }) => !/(?:Error\(s\) found in|Fatal errors found in|Parsing .* failed)/.test(text))?.text ?? alerts[0]?.text;
}

function readStarted(path: string): Started | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return typeof value === 'object' && value !== null && 'pid' in value && 'startTime' in value && 'program' in value
      ? (value as Started)
      : undefined;
  } catch {
    return undefined;
  }
}
