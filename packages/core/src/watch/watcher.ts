import type { Diagnostic } from '../observe/diagnostic.ts';
import type { ObjectRef } from '../model/origin.ts';

/** When a change came about, as far as it is known; milliseconds since 1970. */
export interface ChangeTime {
  /** When its source was told of it. */
  readonly receivedMs: number;
  /** When it was written at the latest, by the clock of whoever wrote it; absent where nobody says so. */
  readonly writtenMs?: number | undefined;
}

/** One change of a source. `object` is a Kubernetes object as JSON, not checked in any way. Without a time it came when it was delivered. */
export type SourceChange = ({ readonly kind: 'put'; readonly object: unknown } | { readonly kind: 'delete'; readonly ref: ObjectRef }) & {
  readonly time?: ChangeTime | undefined;
};

/**
 * Takes what watchers see. Calls are cheap and synchronous; the reconcile loop coalesces what they cause.
 * Objects are checked here: one that is not valid is reported and its last valid form stays.
 */
export interface Sink {
  /** Applies changes as one step: no snapshot shows some of them without the others. */
  change(changes: readonly SourceChange[]): void;
  /** Replaces the source's own findings (a file that does not parse, a connection that is lost). */
  report(diagnostics: readonly Diagnostic[]): void;
  /** The source has delivered everything that it had at the start. Call it once, after the first `change`. */
  synced(): void;
}

/**
 * Feeds Kubernetes objects from a source into a sink until the signal fires.
 * `run` resolves after the signal has fired; it deals with trouble of its source itself (report, back off, try again) and
 * rejects only when the source can never work (bad configuration).
 */
export interface Watcher {
  /** Names the source in messages, such as `directory ./manifests`. */
  readonly name: string;
  run(sink: Sink, signal: AbortSignal): Promise<void>;
}
