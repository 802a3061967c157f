import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '@sluice/core';
import type { ChangeTime } from '@sluice/core';
import type { ApiClient } from './api-client.ts';
import { isDenied, isMissing } from './api-error.ts';
import { Backoff } from './backoff.ts';
import type { Reflection, Trouble } from './reflector.ts';
import { objectPath, refOfKey } from './resource.ts';
import type { ApiObject, Resource } from './resource.ts';

/** Objects that are read at the same time. */
const AT_ONCE = 16;
const LONGEST_PAUSE_MS = 30_000;

export interface NamedObjectsOptions {
  readonly client: ApiClient;
  readonly resource: Resource;
  /** Whether objects of a namespace are watched at all. */
  readonly covers: (namespace: string) => boolean;
  readonly reflection: Reflection;
}

/**
 * Reads the objects of a kind that somebody names, and no other. Their versions come from a watch of names and versions alone; an account
 * that may not watch reads what is named again from time to time.
 */
export class NamedObjects {
  readonly #options: NamedObjectsOptions;
  /** How many name it, by `namespace/name`. */
  readonly #wanted = new Map<string, number>();
  /** Versions that there are, as far as they are known. */
  readonly #there = new Map<string, string>();
  /** When it has changed, as long as that has not been told. */
  readonly #changed = new Map<string, ChangeTime>();
  /** Versions that have been told. */
  readonly #told = new Map<string, string>();
  readonly #due = new Set<string>();
  readonly #backoff = new Backoff(LONGEST_PAUSE_MS);
  #watched: 'not yet' | 'yes' | 'denied' = 'not yet';
  #reading = 0;
  #pausing = false;
  /** The last answer was that the account may not read them. */
  #refused = false;
  #signal = new AbortController().signal;

  constructor(options: NamedObjectsOptions) {
    this.#options = options;
  }

  /** What the watch of names and versions tells. */
  readonly versions: Reflection = {
    put: (object, time) => {
      if (time !== undefined) this.#changed.set(keyIn(object), time);
      this.#see(keyIn(object), object.metadata.resourceVersion ?? '');
    },
    remove: (key) => {
      this.#there.delete(key);
      this.#changed.delete(key);
      this.#tellRemoved(key);
    },
    settled: () => {
      if (this.#watched === 'not yet') this.#watched = 'yes';
      if (this.#watched === 'yes') this.#lookAtAll();
      else this.#settle();
    },
    trouble: (trouble) => this.#troubled(trouble),
  };

  start(signal: AbortSignal): void {
    this.#signal = signal;
  }

  want(key: string): void {
    const count = this.#wanted.get(key) ?? 0;
    this.#wanted.set(key, count + 1);
    if (count === 0) this.#lookAt(key);
    this.#readOn();
  }

  release(key: string): void {
    const count = this.#wanted.get(key) ?? 0;
    if (count > 1) this.#wanted.set(key, count - 1);
    else if (this.#wanted.delete(key)) this.#tellRemoved(key);
  }

  /** Everything that is named has been read, as far as it is there and may be read. */
  get idle(): boolean {
    return this.#watched !== 'not yet' && this.#due.size === 0 && this.#reading === 0;
  }

  #see(key: string, version: string): void {
    this.#there.set(key, version);
    if (!this.#wanted.has(key)) return void this.#changed.delete(key);
    this.#lookAt(key);
    this.#readOn();
  }

  #troubled(trouble: Trouble | undefined): void {
    if (trouble?.kind === 'denied') this.#watched = 'denied';
    else if (trouble === undefined && this.#watched === 'denied') this.#watched = 'yes';
    this.#options.reflection.trouble(trouble);
    if (trouble?.kind === 'denied') this.#lookAtAll();
  }

  #lookAtAll(): void {
    for (const key of this.#wanted.keys()) this.#lookAt(key);
    this.#readOn();
    this.#settle();
  }

  /** Without a watch nothing is known of versions: it is read again. */
  #lookAt(key: string): void {
    if (this.#watched === 'not yet' || !this.#options.covers(refOfKey('', key).namespace)) return;
    const version = this.#there.get(key);
    if (this.#watched === 'denied' || (version !== undefined && version !== this.#told.get(key))) this.#due.add(key);
  }

  #readOn(): void {
    for (const key of this.#due) {
      if (this.#reading >= AT_ONCE || this.#pausing || this.#signal.aborted) return;
      this.#due.delete(key);
      this.#reading++;
      void this.#read(key).finally(() => {
        this.#reading--;
        this.#readOn();
        this.#settle();
      });
    }
  }

  async #read(key: string): Promise<void> {
    const { client, resource, reflection } = this.#options;
    try {
      const object = await client.json<ApiObject>({ path: objectPath(resource, refOfKey('', key)), signal: this.#signal });
      this.#allowed();
      const version = object.metadata.resourceVersion ?? '';
      if (!this.#wanted.has(key) || this.#told.get(key) === version) return;
      this.#told.set(key, version);
      reflection.put({ ...object, apiVersion: resource.apiVersion, kind: resource.kind }, this.#changed.get(key));
      this.#changed.delete(key);
    } catch (error) {
      if (this.#signal.aborted) return;
      if (isMissing(error)) return this.#tellRemoved(key);
      if (isDenied(error)) return this.#denied(key, error);
      this.#due.add(key);
      await this.#pause();
    }
  }

  #denied(key: string, error: unknown): void {
    this.#refused = true;
    const message = `no right to get ${this.#options.resource.plural} such as ${key}: ${messageOf(error)}`;
    this.#options.reflection.trouble({ kind: 'denied', message });
  }

  #allowed(): void {
    this.#backoff.reset();
    if (this.#refused && this.#watched === 'yes') this.#options.reflection.trouble(undefined);
    this.#refused = false;
  }

  async #pause(): Promise<void> {
    this.#pausing = true;
    await pause(this.#backoff.next(), undefined, { signal: this.#signal }).catch(() => undefined);
    this.#pausing = false;
  }

  #tellRemoved(key: string): void {
    this.#due.delete(key);
    if (this.#told.delete(key)) this.#options.reflection.remove(key);
  }

  #settle(): void {
    if (this.idle) this.#options.reflection.settled();
  }
}

function keyIn({ metadata: { namespace = '', name } }: ApiObject): string {
  return `${namespace}/${name}`;
}
