import { diagnose } from '../observe/diagnostic.ts';
import type { Diagnostic } from '../observe/diagnostic.ts';
import type { WatchedKind, WatchedObject } from './object.ts';
import { watchedKinds } from './kind-use.ts';
import type { Snapshot } from './snapshot.ts';

/** Puts the snapshots of several sources together; an object that two of them have is taken from the first and reported. */
export function mergeSnapshots(snapshots: readonly Snapshot[]): {
  readonly snapshot: Snapshot;
  readonly diagnostics: readonly Diagnostic[];
} {
  const [first, ...others] = snapshots;
  if (first === undefined) throw new TypeError('there is at least one source');
  if (others.length === 0) return { snapshot: first, diagnostics: [] };
  const diagnostics: Diagnostic[] = [];
  const merge = (kind: WatchedKind): ReadonlyMap<string, WatchedObject> => {
    const merged = new Map<string, WatchedObject>(first.objects[kind]);
    for (const [key, object] of others.flatMap(({ objects }) => [...objects[kind]])) {
      const { namespace, name } = object.metadata;
      if (merged.has(key))
        diagnostics.push(
          diagnose('SLU1003', { object: { kind, namespace, name }, field: '' }, 'two sources have it; the first one counts'),
        );
      else merged.set(key, object);
    }
    return merged;
  };
  const objects = Object.fromEntries(watchedKinds.map((kind) => [kind, merge(kind)])) as unknown as Snapshot['objects'];
  return { snapshot: { revision: snapshots.reduce((sum, { revision }) => sum + revision, 0), objects }, diagnostics };
}
