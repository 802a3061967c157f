import type { StreamService } from '@sluice/core';

/** A port that is open for a stream, with what goes on there. */
export interface StreamPort {
  /** New connections and sessions are of this one. */
  stream: StreamService;
  /** Rejects with the error of the system; nothing is open then. */
  open(): Promise<void>;
  /** Nobody new is taken in; what goes on goes on. */
  leave(): void;
  /** Ends what goes on. */
  cut(): void;
  /** Resolves when nothing goes on any more. */
  empty(): Promise<void>;
  /** How much goes on. */
  readonly size: number;
}
