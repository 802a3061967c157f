import { readFileSync } from 'node:fs';
import { childrenOf } from '../proxy-process.ts';

/** Memory of a process and everything that it has started, each shared page counted once, in MiB. Linux only. */
export function familyMiB(pid: number): number {
  return pssKiB(pid) / 1024 + childrenOf(pid).reduce((sum, child) => sum + familyMiB(child), 0);
}

function pssKiB(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
  } catch {
    // It has ended meanwhile.
    return 0;
  }
}
