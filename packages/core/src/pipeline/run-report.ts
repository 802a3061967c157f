import type { SpanContext } from '@opentelemetry/api';
import type { ApplyOutcome } from '../apply/apply-outcome.ts';

/** How one run of the reconcile loop ended; `failed`: it is tried again. */
export interface RunReport {
  readonly outcome: ApplyOutcome['kind'] | 'failed';
  /** When it ended, milliseconds since 1970. */
  readonly atMs: number;
  readonly durationMs: number;
  /** When the first change that it is about was written, as far as that is known; absent of the first generation and of a run without changes. */
  readonly sinceMs?: number | undefined;
  /** Its span: what comes of the run follows from it. Absent of one that failed. */
  readonly span?: SpanContext;
}
