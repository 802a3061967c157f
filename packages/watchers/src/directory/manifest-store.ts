import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Diagnostic } from '@sluice/core';
import { readContent } from './file-content.ts';
import type { FileContent } from './file-content.ts';
import { emptyContent, goodContent } from './file-state.ts';
import type { FileState, GoodContent } from './file-state.ts';
import { brokenFile, duplicateObject, unreadableFile, unusedKind } from './finding.ts';
import type { UnusedObjects } from './finding.ts';
import { parseManifest } from './manifest-text.ts';
import type { ManifestTree, TreeFile } from './manifest-tree.ts';
import { ObjectClaims } from './object-claims.ts';

/** How long trouble with a file must last before it counts: the file may be half-written. */
export const TROUBLE_MS = 100;

/** How long a file that had objects may be without a byte: `kubectl get -o yaml > file` empties it first and writes it later. */
const EMPTIED_MS = 2000;

/** A file changed within this time before it was read may change again without its time stamp showing it. */
const CLOCK_GRAIN_MS = 50;

const FILES_AT_ONCE = 16;

const unread: FileState = { signature: '', good: emptyContent, trouble: undefined };

/**
 * What the manifest files give, kept up to date with as little reading and parsing as possible. A file in trouble keeps the
 * objects that it gave when it was last good.
 */
export class ManifestStore {
  readonly claims = new ObjectClaims();
  readonly #files = new Map<string, FileState>();
  readonly #troubleMs: number;

  /** `troubleMs`: how long trouble must last before it counts; 0 for a single look. */
  constructor(troubleMs: number) {
    this.#troubleMs = troubleMs;
  }

  /** Takes in the present tree. `nowMs` is any monotonic clock. */
  async update(tree: ManifestTree, nowMs: number): Promise<void> {
    this.#dropMissing(tree, nowMs);
    const changed = tree.files.filter(({ path, signature }) => this.#state(path).signature !== signature);
    for (let index = 0; index < changed.length; index += FILES_AT_ONCE) {
      const batch = changed.slice(index, index + FILES_AT_ONCE);
      const contents = await Promise.all(batch.map(readContent));
      for (const [position, file] of batch.entries()) {
        this.#take(file, contents[position] ?? { kind: 'unreadable', reason: '' }, nowMs);
        await nextTurn();
      }
    }
  }

  /** Milliseconds until trouble that may pass by itself has to be looked at again, or undefined without any. */
  recheckMs(nowMs: number): number | undefined {
    const waits = [...this.#files.values()].flatMap(({ trouble }) =>
      trouble === undefined || trouble.settled ? [] : [trouble.sinceMs + trouble.patienceMs - nowMs],
    );
    return waits.length === 0 ? undefined : Math.max(1, Math.min(...waits, TROUBLE_MS));
  }

  /** All findings, in an order that depends on the files alone. */
  diagnostics(): Diagnostic[] {
    const files = [...this.#files].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, state]) => state);
    const broken = files.flatMap(({ good, trouble }) => (trouble?.settled === true ? [trouble.finding] : good.findings));
    const twice = this.claims.contested().flatMap((claims) => claims.slice(0, 1).map(({ ref }) => duplicateObject(ref, claims)));
    return [...broken, ...twice, ...unusedKinds(files)];
  }

  #state(path: string): FileState {
    return this.#files.get(path) ?? unread;
  }

  #dropMissing(tree: ManifestTree, nowMs: number): void {
    const present = new Set(tree.files.map(({ path }) => path));
    for (const path of tree.unreadable.keys()) if (!this.#files.has(path)) this.#files.set(path, unread);
    for (const [path, { good }] of this.#files) {
      if (present.has(path)) continue;
      const unreadable = unreadableAt(path, tree.unreadable);
      if (unreadable === undefined) this.#forget(path, good);
      else if (unreadable.path === path) this.#fail(path, { finding: unreadableFile(path, unreadable.reason), signature: '', nowMs });
    }
  }

  #forget(path: string, good: GoodContent): void {
    this.claims.replace(good.claims, []);
    this.#files.delete(path);
  }

  #take(file: TreeFile, content: FileContent, nowMs: number): void {
    const { path, signature } = file;
    const { good } = this.#state(path);
    if (content.kind === 'unreadable') return this.#fail(path, { finding: unreadableFile(path, content.reason), signature, nowMs });
    const settledSignature = Date.now() - file.modifiedMs < CLOCK_GRAIN_MS ? '' : signature;
    if (content.digest === good.digest) return void this.#files.set(path, { signature: settledSignature, good, trouble: undefined });
    if (content.text === '' && good.claims.length > 0 && !this.#emptyForLong(path, nowMs)) {
      return this.#fail(path, {
        finding: brokenFile(path, { reason: 'it is empty', place: 'line 1' }),
        signature,
        nowMs,
        patienceMs: EMPTIED_MS,
      });
    }
    const parsed = parseManifest(content.text);
    if (parsed.kind === 'broken') return this.#fail(path, { finding: brokenFile(path, parsed.problem), signature, nowMs });
    const next = goodContent(path, content.digest, parsed);
    this.claims.replace(good.claims, next.claims);
    this.#files.set(path, { signature: settledSignature, good: next, trouble: undefined });
  }

  #emptyForLong(path: string, nowMs: number): boolean {
    const { trouble } = this.#state(path);
    return trouble?.patienceMs === EMPTIED_MS && nowMs - trouble.sinceMs >= EMPTIED_MS;
  }

  /** Notes trouble. Until it has lasted, the file is read again each time. */
  #fail(path: string, now: { finding: Diagnostic; signature: string; nowMs: number; patienceMs?: number }): void {
    const { good, trouble: before } = this.#state(path);
    const patienceMs = now.patienceMs ?? this.#troubleMs;
    const goesOn = before !== undefined && before.patienceMs === patienceMs;
    const sinceMs = goesOn ? before.sinceMs : now.nowMs;
    const settled = (goesOn && before.settled) || now.nowMs - sinceMs >= patienceMs;
    this.#files.set(path, {
      signature: settled ? now.signature : '',
      good,
      trouble: { finding: now.finding, sinceMs, patienceMs, settled },
    });
  }
}

/** The entry of `unreadable` that is the path or a folder above it. */
function unreadableAt(path: string, unreadable: ReadonlyMap<string, string>): { path: string; reason: string } | undefined {
  for (const [place, reason] of unreadable) if (path === place || path.startsWith(`${place}/`)) return { path: place, reason };
  return undefined;
}

function unusedKinds(files: readonly FileState[]): Diagnostic[] {
  const totals = new Map<string, UnusedObjects>();
  for (const { good } of files) {
    for (const [type, { first, path, count }] of good.unused) {
      const total = totals.get(type) ?? { first, path, count: 0 };
      totals.set(type, { ...total, count: total.count + count });
    }
  }
  return [...totals].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([type, unused]) => unusedKind(type, unused));
}
