import { diagnose } from '../observe/diagnostic.ts';
import type { Diagnostic } from '../observe/diagnostic.ts';
import { formatObject } from '../model/origin.ts';
import type { WatchedKind, WatchedKinds, WatchedObject } from './object.ts';
import { isWatchedKind, watchedKinds } from './kind-use.ts';
import { parseObject, snapshotKey } from './parse-object.ts';
import { ChangeNotes } from './recent-changes.ts';
import type { RecentChanges } from './recent-changes.ts';
import type { Snapshot } from './snapshot.ts';
import type { Sink, SourceChange } from './watcher.ts';

type Objects = { readonly [Kind in WatchedKind]: Map<string, WatchedKinds[Kind]> };

/**
 * Collects what one watcher delivers and hands out snapshots. An object that is not valid keeps its last valid form and is
 * reported; kinds that are not used are reported once each.
 */
export class SnapshotStore implements Sink {
  #objects: Objects = Object.fromEntries(watchedKinds.map((kind) => [kind, new Map()])) as unknown as Objects;
  /** Kinds whose map is part of a snapshot: it does not change any more. */
  readonly #shared = new Set<WatchedKind>();
  readonly #found = new Map<string, readonly Diagnostic[]>();
  readonly #unused = new Set<string>();
  readonly #notes = new ChangeNotes();
  readonly #onChange: () => void;
  #reported: readonly Diagnostic[] = [];
  #revision = 0;
  #synced = false;

  /** `onChange` is called after every step that may change the model or the diagnostics. */
  constructor(onChange: () => void = () => {}) {
    this.#onChange = onChange;
  }

  get complete(): boolean {
    return this.#synced;
  }

  snapshot(): Snapshot {
    for (const kind of watchedKinds) this.#shared.add(kind);
    return { revision: this.#revision, objects: this.#objects };
  }

  diagnostics(): readonly Diagnostic[] {
    const unused = [...this.#unused].map((type) =>
      diagnose('SLU1004', { object: { kind: type, namespace: '', name: '*' }, field: '' }, 'objects of this kind are ignored'),
    );
    return [...this.#reported, ...[...this.#found.values()].flat(), ...unused];
  }

  change(changes: readonly SourceChange[]): void {
    for (const change of changes) this.#apply(change);
    this.#revision++;
    this.#onChange();
  }

  /** What has changed since this was asked last. */
  recentChanges(): RecentChanges {
    return this.#notes.take();
  }

  /** How many changes wait to be asked for. */
  get waiting(): number {
    return this.#notes.count;
  }

  report(diagnostics: readonly Diagnostic[]): void {
    this.#reported = diagnostics;
    this.#onChange();
  }

  synced(): void {
    this.#synced = true;
    this.#onChange();
  }

  /** The map of a kind for a change: a copy of what a snapshot has. */
  #writable(kind: WatchedKind): Map<string, WatchedObject> {
    if (this.#shared.delete(kind)) {
      const copy = new Map<string, WatchedObject>();
      // An iterator would make an array of each entry.
      this.#objects[kind].forEach((object, key) => copy.set(key, object));
      this.#objects = { ...this.#objects, [kind]: copy };
    }
    return this.#objects[kind];
  }

  #apply(change: SourceChange): void {
    if (change.kind === 'delete') {
      this.#notes.note(() => `${formatObject(change.ref)} (deleted)`, change.time);
      this.#found.delete(formatObject(change.ref));
      if (isWatchedKind(change.ref.kind)) this.#writable(change.ref.kind).delete(snapshotKey(change.ref));
      return;
    }
    const parsed = parseObject(change.object);
    if (parsed.kind === 'unused') {
      this.#unused.add(parsed.type);
      return;
    }
    this.#notes.note(() => formatObject(parsed.ref) + versionOf(change.object), change.time);
    if (parsed.diagnostics.length > 0) this.#found.set(formatObject(parsed.ref), parsed.diagnostics);
    else this.#found.delete(formatObject(parsed.ref));
    if (parsed.kind === 'object') this.#writable(parsed.object.kind).set(snapshotKey(parsed.ref), parsed.object);
  }
}

/** `@resourceVersion` of an object of a cluster; empty for one of a file. */
function versionOf(raw: unknown): string {
  const { metadata } = (raw ?? {}) as { readonly metadata?: { readonly resourceVersion?: unknown } };
  const version = metadata?.resourceVersion;
  return typeof version === 'string' && version !== '' ? `@${version.slice(0, 40)}` : '';
}
