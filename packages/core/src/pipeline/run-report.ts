import type { ApplyOutcome } from '../apply/apply-outcome.ts';

/** How one run of the reconcile loop ended; `failed`: it is tried again. */
export interface RunReport {
  readonly outcome: ApplyOutcome['kind'] | 'failed';
  /** When it ended, milliseconds since 1970. */
  readonly atMs: number;
  readonly durationMs: number;
}
