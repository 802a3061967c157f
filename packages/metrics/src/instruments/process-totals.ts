import type { ProcessIdentity, ProcessUsage } from '@sluice/core';
import { processUsage } from '@sluice/core';

/** What all processes of the proxy have used. */
export interface ProcessTotals {
  readonly count: number;
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly virtualBytes: number;
  /** Undefined when there is none. */
  readonly oldestStartSeconds: number | undefined;
  /** Undefined where the kernel does not tell. */
  readonly io: NonNullable<ProcessUsage['io']> | undefined;
}

/** Adds up what processes use, which come and go: what those have used that are gone still counts, as of the last look. */
export class ProcessAccount {
  readonly #last = new Map<string, ProcessUsage>();
  #gone = { cpuSeconds: 0, readBytes: 0, writeBytes: 0 };
  readonly #usageOf: (identity: ProcessIdentity) => ProcessUsage | undefined;

  constructor(usageOf: (identity: ProcessIdentity) => ProcessUsage | undefined = processUsage) {
    this.#usageOf = usageOf;
  }

  totals(processes: readonly ProcessIdentity[]): ProcessTotals {
    const now = new Map<string, ProcessUsage>(
      processes.flatMap((one) => {
        const usage = this.#usageOf(one);
        return usage === undefined ? [] : [[`${one.pid} ${one.startTime}`, usage] as const];
      }),
    );
    for (const [key, usage] of this.#last) if (!now.has(key)) this.#settle(usage);
    this.#last.clear();
    for (const [key, usage] of now) this.#last.set(key, usage);
    return this.#sum([...now.values()]);
  }

  #settle({ cpuSeconds, io }: ProcessUsage): void {
    const { cpuSeconds: cpu, readBytes, writeBytes } = this.#gone;
    this.#gone = {
      cpuSeconds: cpu + cpuSeconds,
      readBytes: readBytes + (io?.readBytes ?? 0),
      writeBytes: writeBytes + (io?.writeBytes ?? 0),
    };
  }

  #sum(all: readonly ProcessUsage[]): ProcessTotals {
    const { cpuSeconds, readBytes, writeBytes } = this.#gone;
    const sum = (part: (usage: ProcessUsage) => number): number => all.reduce((total, usage) => total + part(usage), 0);
    const tells = all.some(({ io }) => io !== undefined) || readBytes + writeBytes > 0;
    return {
      count: all.length,
      cpuSeconds: cpuSeconds + sum((usage) => usage.cpuSeconds),
      residentBytes: sum((usage) => usage.residentBytes),
      virtualBytes: sum((usage) => usage.virtualBytes),
      oldestStartSeconds: all.length === 0 ? undefined : Math.min(...all.map(({ startedSeconds }) => startedSeconds)),
      io: tells
        ? { readBytes: readBytes + sum(({ io }) => io?.readBytes ?? 0), writeBytes: writeBytes + sum(({ io }) => io?.writeBytes ?? 0) }
        : undefined,
    };
  }
}
