import { allProcesses, childrenOf, isAlive, processInfo, processTitle, runsIn } from '@sluice/core';
import type { ProcessIdentity, ProcessInfo } from '@sluice/core';

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
