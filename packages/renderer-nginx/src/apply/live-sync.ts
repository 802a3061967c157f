import type { LiveTable } from '../translate/live-table.ts';

/** Brings what changes without a reload to the workers: what the reloader needs of `LiveChannel`. Rejects with `SluiceError`s. */
export interface LiveSync {
  /** Keeps the table for an nginx that starts with empty memory, and tells nobody else. */
  prepare(table: LiveTable): Promise<void>;
  /** Makes the memory of the workers hold the table, and what is in `keep` besides as well. Sends only what differs. */
  sync(table: LiveTable, keep?: LiveTable): Promise<unknown>;
  /**
   * Tells workers of the configuration with this digest to send their clients elsewhere; `undefined`: none. Resolves to the number of
   * connections of clients that are idle.
   */
  drain(digest: string | undefined): Promise<number>;
  close(): Promise<void>;
}
