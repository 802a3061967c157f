import type { ApiClient } from './api-client.ts';
import type { ChangeBatch } from './change-batch.ts';
import type { Findings } from './findings.ts';
import { NamedObjects } from './named-objects.ts';
import { Reflector } from './reflector.ts';
import type { ReflectorOptions } from './reflector.ts';
import { keyOf, refOfKey, resources } from './resource.ts';
import type { ApiObject } from './resource.ts';

/** An object that is read whether or not its namespace is watched. */
export interface SingleObject {
  readonly kind: 'ConfigMap' | 'Secret';
  /** `namespace/name` */
  readonly key: string;
}

export interface SingleWatchParts {
  readonly client: ApiClient;
  readonly batch: ChangeBatch;
  readonly findings: Findings;
  readonly restarting: NonNullable<ReflectorOptions['restarting']>;
  /** Called with each version of the object. */
  readonly seen: (object: ApiObject) => void;
  readonly onSettled: () => void;
}

/** Follows one object by its name, and nothing else of its namespace: a right to this one is enough. */
export class SingleWatch {
  readonly #named: NamedObjects;
  readonly #reflector: Reflector;

  constructor({ kind, key }: SingleObject, { client, batch, findings, restarting, seen, onSettled }: SingleWatchParts) {
    const resource = resources[kind];
    const { namespace, name } = refOfKey(kind, key);
    const trouble = (what: Parameters<Findings['note']>[2]): void => findings.note(kind, namespace, what);
    this.#named = new NamedObjects({
      client,
      resource,
      covers: () => true,
      reflection: {
        put: (object, time) => {
          batch.put(kind, keyOf(object), object, time);
          seen(object);
        },
        remove: () => batch.remove(refOfKey(kind, key), key),
        settled: onSettled,
        trouble,
      },
    });
    this.#named.want(key);
    this.#reflector = new Reflector({
      client,
      resource,
      namespace,
      name,
      metadataOnly: true,
      restarting,
      reflection: this.#named.versions,
    });
  }

  /** It has been read, or is known not to be there. */
  get settled(): boolean {
    return this.#named.idle;
  }

  /** Resolves after the signal has fired. */
  run(signal: AbortSignal): Promise<void> {
    this.#named.start(signal);
    return this.#reflector.run(signal);
  }
}
