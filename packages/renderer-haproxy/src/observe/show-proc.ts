/** What the master tells of its processes. */
export interface ProcessTable {
  readonly reloads: number;
  /** Reloads that failed since the last one that did not. */
  readonly failed: number;
  readonly workers: readonly number[];
  /** Workers that were told to finish. */
  readonly oldWorkers: readonly number[];
}

/** Reads the answer to `show proc` of a master; undefined when it is another one. */
export function parseShowProc(answer: string): ProcessTable | undefined {
  const master = /^\d+\s+master\s+(\d+)(?:\s+\[failed: (\d+)\])?/m.exec(answer);
  if (master === null) return undefined;
  const [current = '', old = ''] = answer.split('# old workers');
  return { reloads: Number(master[1]), failed: Number(master[2] ?? 0), workers: pidsIn(current), oldWorkers: pidsIn(old) };
}

function pidsIn(text: string): readonly number[] {
  return [...text.matchAll(/^(\d+)\s+worker\s/gm)].map(([, pid]) => Number(pid));
}
