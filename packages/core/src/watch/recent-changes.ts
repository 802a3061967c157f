import type { ChangeTime } from './watcher.ts';

/** What has changed since somebody asked last: why a run of the loop is needed. */
export interface RecentChanges {
  /** When the first of them was written, or received where that is not known; milliseconds since 1970, undefined for none. */
  readonly sinceMs: number | undefined;
  /** When the first of them was received: never before `sinceMs`. */
  readonly receivedMs: number | undefined;
  readonly count: number;
  /** Some twenty at most, as `Kind namespace/name@resourceVersion`; without a version where the source has none. */
  readonly objects: readonly string[];
}

const MOST_OBJECTS = 20;

/** No change at all. */
export const noChanges: RecentChanges = { sinceMs: undefined, receivedMs: undefined, count: 0, objects: [] };

/** Changes of several sources, or of several times, together. */
export function togetherOf(all: readonly RecentChanges[]): RecentChanges {
  return {
    sinceMs: earliest(all.map(({ sinceMs }) => sinceMs)),
    receivedMs: earliest(all.map(({ receivedMs }) => receivedMs)),
    count: all.reduce((sum, { count }) => sum + count, 0),
    objects: all.flatMap(({ objects }) => objects).slice(0, MOST_OBJECTS),
  };
}

function earliest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** Notes changes until they are taken. */
export class ChangeNotes {
  #sinceMs: number | undefined;
  #receivedMs: number | undefined;
  #count = 0;
  #objects: string[] = [];

  /** How many have not been taken. */
  get count(): number {
    return this.#count;
  }

  /** `time`: now, unless it is known better. */
  note(describe: () => string, time: ChangeTime = { receivedMs: Date.now() }): void {
    const { receivedMs, writtenMs = receivedMs } = time;
    this.#receivedMs = Math.min(this.#receivedMs ?? receivedMs, receivedMs);
    // Clocks differ: nothing is received before it is written.
    this.#sinceMs = Math.min(this.#sinceMs ?? receivedMs, writtenMs, receivedMs);
    this.#count++;
    if (this.#objects.length < MOST_OBJECTS) this.#objects.push(describe());
  }

  take(): RecentChanges {
    const taken = { sinceMs: this.#sinceMs, receivedMs: this.#receivedMs, count: this.#count, objects: this.#objects };
    this.#sinceMs = undefined;
    this.#receivedMs = undefined;
    this.#count = 0;
    this.#objects = [];
    return taken;
  }
}
