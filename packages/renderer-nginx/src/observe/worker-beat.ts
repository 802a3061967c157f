/** Workers whose event loop has not turned for so long hang: whatever connections they have wait in vain. */
const HANGS_SECONDS = 15;

interface ToldWorker {
  readonly pid: number;
  readonly accepting: boolean;
  /** Absent where an nginx of an earlier version tells. */
  readonly silentSeconds?: number;
}

/** The first worker that hangs, in what the control server tells of all of them; undefined when none does, or nothing is told. */
export function hangingWorker(told: string | undefined, hangsSeconds = HANGS_SECONDS): ToldWorker | undefined {
  return told === undefined
    ? undefined
    : workersIn(told).find(({ accepting, silentSeconds = 0 }) => accepting && silentSeconds > hangsSeconds);
}

function workersIn(text: string): readonly ToldWorker[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? (value as readonly ToldWorker[]) : [];
  } catch {
    return [];
  }
}
