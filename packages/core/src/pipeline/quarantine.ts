import { diagnose } from '../observe/diagnostic.ts';
import type { Diagnostic } from '../observe/diagnostic.ts';
import { formatObject } from '../model/origin.ts';
import type { Origin } from '../model/origin.ts';
import type { Culprit } from '../validate/validation.ts';
import type { WatchedKind, WatchedObject } from '../watch/object.ts';
import { isWatchedKind } from '../watch/kind-use.ts';
import { snapshotKey } from '../watch/parse-object.ts';
import type { Snapshot } from '../watch/snapshot.ts';

interface Entry {
  readonly kind: WatchedKind;
  readonly key: string;
  /** The refused version; another version leaves the quarantine, and so does this one when any ConfigMap changes. */
  readonly object: WatchedObject;
  /** What settings were read from: with others it may be taken. */
  readonly configMaps: Snapshot['objects']['ConfigMap'] | undefined;
  readonly message: string;
  readonly from: Origin;
  /** The last good form was refused as well, so that nothing stands in for the object. */
  readonly gone: boolean;
}

/** Objects that the data plane refused: their last good form serves instead, or nothing where there is none. */
export class Quarantine {
  readonly #entries = new Map<string, Entry>();
  #good: Snapshot | undefined;
  #configMaps: Snapshot['objects']['ConfigMap'] | undefined;

  /** The snapshot without the refused versions. The same object when nothing is in quarantine. */
  apply(snapshot: Snapshot): Snapshot {
    let objects = snapshot.objects;
    const setAside = new Map<string, string>();
    this.#configMaps = objects.ConfigMap;
    for (const [id, { kind, key, object, configMaps, message, gone }] of this.#entries) {
      if (snapshot.objects[kind].get(key) !== object || configMaps !== snapshot.objects.ConfigMap) {
        this.#entries.delete(id);
        continue;
      }
      const map = new Map<string, WatchedObject>(objects[kind]);
      const good = gone ? undefined : this.#good?.objects[kind].get(key);
      setAside.set(id, message);
      if (good === undefined || good === object) map.delete(key);
      else map.set(key, good);
      objects = { ...objects, [kind]: map };
    }
    return setAside.size === 0 ? snapshot : { ...snapshot, objects, setAside };
  }

  /** Sets objects of a snapshot aside, also good forms that are refused now. False when nothing changed by that: trying again is no use. */
  add(culprits: readonly Culprit[], snapshot: Snapshot): boolean {
    let added = false;
    for (const { from, message } of culprits) {
      const { kind } = from.object;
      const id = formatObject(from.object);
      const held = this.#entries.get(id);
      if (held !== undefined && !held.gone) {
        this.#entries.set(id, { ...held, gone: true });
        added = true;
      }
      if (!isWatchedKind(kind) || held !== undefined) continue;
      const key = snapshotKey(from.object);
      const object = snapshot.objects[kind].get(key);
      if (object === undefined) continue;
      this.#entries.set(id, { kind, key, object, configMaps: this.#configMaps, message, from, gone: false });
      added = true;
    }
    return added;
  }

  /** The data plane serves this snapshot: its objects are the good forms from now on. */
  accept(snapshot: Snapshot): void {
    this.#good = snapshot;
  }

  diagnostics(): readonly Diagnostic[] {
    return [...this.#entries.values()].map(({ from, message }) => diagnose('SLU4002', from, message));
  }
}
