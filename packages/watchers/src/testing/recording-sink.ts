import { formatObject, refOf } from '@sluice/core';
import type { Diagnostic, Sink, SourceChange } from '@sluice/core';

/** Keeps what a watcher tells, for tests. */
export class RecordingSink implements Sink {
  readonly changes: (readonly SourceChange[])[] = [];
  /** The objects as they stand, by `Kind namespace/name`. */
  readonly objects = new Map<string, unknown>();
  /** Each report in turn. */
  readonly reports: (readonly Diagnostic[])[] = [];
  syncedCalls = 0;
  /** How many objects there were at `synced`. */
  objectsAtSync = 0;

  /** The findings as they stand. */
  get diagnostics(): readonly Diagnostic[] {
    return this.reports.at(-1) ?? [];
  }

  /** The codes of the findings as they stand. */
  get codes(): string[] {
    return this.diagnostics.map(({ code }) => code);
  }

  /** The keys of the objects as they stand, sorted. */
  get keys(): string[] {
    return [...this.objects.keys()].toSorted();
  }

  change(changes: readonly SourceChange[]): void {
    this.changes.push(changes);
    for (const change of changes) {
      if (change.kind === 'put') this.objects.set(formatObject(refOf(change.object)), change.object);
      else this.objects.delete(formatObject(change.ref));
    }
  }

  report(diagnostics: readonly Diagnostic[]): void {
    this.reports.push(diagnostics);
  }

  synced(): void {
    this.syncedCalls += 1;
    this.objectsAtSync = this.objects.size;
  }
}
