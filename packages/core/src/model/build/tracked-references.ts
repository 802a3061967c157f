import type { References } from '../annotations/contribution.ts';
import type { Snapshot } from '../../watch/snapshot.ts';

type ReferredKind = 'Secret' | 'ConfigMap' | 'Service';

/** The objects of a snapshot, with a note of what was looked at. */
export class TrackedReferences implements References {
  readonly #snapshot: Snapshot;
  readonly #seen: { readonly kind: ReferredKind; readonly id: string; readonly object: object | undefined }[] = [];

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
  }

  secret(id: string) {
    return this.#note('Secret', id, this.#snapshot.objects.Secret.get(id));
  }

  configMap(id: string) {
    return this.#note('ConfigMap', id, this.#snapshot.objects.ConfigMap.get(id));
  }

  service(id: string) {
    return this.#note('Service', id, this.#snapshot.objects.Service.get(id));
  }

  /** Tells of another snapshot whether all that was looked at is the same. */
  stillTrue(): (snapshot: Snapshot) => boolean {
    const seen = this.#seen;
    return ({ objects }) => seen.every(({ kind, id, object }) => objects[kind].get(id) === object);
  }

  #note<Kind extends object>(kind: ReferredKind, id: string, object: Kind | undefined): Kind | undefined {
    this.#seen.push({ kind, id, object });
    return object;
  }
}
