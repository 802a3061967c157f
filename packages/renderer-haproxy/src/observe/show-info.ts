import type { DataplaneStats } from '@sluice/core';

/** What a worker tells about itself. */
export interface WorkerInfo extends DataplaneStats {
  readonly pid: number;
}

/** With this a worker is asked: the numbers of `show info` count our own questions as well, those of frontends do not. */
export const infoQuestion = 'show info;show stat -1 1 -1';

/** Reads the answer to the question; undefined when it is another one. */
export function parseWorkerInfo(answer: string): WorkerInfo | undefined {
  const pid = /^Pid: (\d+)$/m.exec(answer)?.[1];
  if (pid === undefined) return undefined;
  const lines = answer.split('\n');
  const head = lines.findIndex((line) => line.startsWith('# pxname,'));
  const columns = (lines[head] ?? '').split(',');
  const rows = lines.slice(head + 1).filter((line) => line.includes(',FRONTEND,'));
  const sum = (column: string): number => {
    const at = columns.indexOf(column);
    return rows.reduce((total, row) => total + Number(row.split(',')[at] || 0), 0);
  };
  return { pid: Number(pid), acceptedConnections: sum('stot'), activeConnections: sum('scur'), requests: sum('req_tot') };
}

/** Counters over all workers that there were: each begins at nothing. */
export class SummedStats {
  #before: DataplaneStats = { acceptedConnections: 0, activeConnections: 0, requests: 0 };
  #last: WorkerInfo | undefined;

  add(info: WorkerInfo): void {
    if (this.#last !== undefined && this.#last.pid !== info.pid) this.#before = this.sum();
    this.#last = info;
  }

  sum(): DataplaneStats {
    const last = this.#last;
    return {
      acceptedConnections: this.#before.acceptedConnections + (last?.acceptedConnections ?? 0),
      activeConnections: last?.activeConnections ?? 0,
      requests: this.#before.requests + (last?.requests ?? 0),
    };
  }
}
