/** What has changed since somebody asked last: why a run of the loop is needed. */
export interface RecentChanges {
  /** When the first of them came, milliseconds since 1970; undefined for none. */
  readonly sinceMs: number | undefined;
  readonly count: number;
  /** Some twenty at most, as `Kind namespace/name@resourceVersion`; without a version where the source has none. */
  readonly objects: readonly string[];
}

const MOST_OBJECTS = 20;

/** No change at all. */
export const noChanges: RecentChanges = { sinceMs: undefined, count: 0, objects: [] };

/** Changes of several sources, or of several times, together. */
export function togetherOf(all: readonly RecentChanges[]): RecentChanges {
  const since = all.flatMap(({ sinceMs }) => sinceMs ?? []);
  return {
    sinceMs: since.length === 0 ? undefined : Math.min(...since),
    count: all.reduce((sum, { count }) => sum + count, 0),
    objects: all.flatMap(({ objects }) => objects).slice(0, MOST_OBJECTS),
  };
}

/** Notes changes until they are taken. */
export class ChangeNotes {
  #sinceMs: number | undefined;
  #count = 0;
  #objects: string[] = [];

  note(describe: () => string): void {
    this.#sinceMs ??= Date.now();
    this.#count++;
    if (this.#objects.length < MOST_OBJECTS) this.#objects.push(describe());
  }

  take(): RecentChanges {
    const taken = { sinceMs: this.#sinceMs, count: this.#count, objects: this.#objects };
    this.#sinceMs = undefined;
    this.#count = 0;
    this.#objects = [];
    return taken;
  }
}
