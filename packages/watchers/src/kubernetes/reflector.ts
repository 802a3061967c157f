import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '@sluice/core';
import type { ChangeTime } from '@sluice/core';
import type { ApiClient } from './api-client.ts';
import { isDenied, isGone, ApiError } from './api-error.ts';
import { Backoff } from './backoff.ts';
import { watchedNow } from './change-time.ts';
import { collectionPath, keyOf } from './resource.ts';
import type { ApiList, ApiObject, Resource } from './resource.ts';
import { watchFrom } from './watch-stream.ts';
import type { WatchEvent } from './watch-stream.ts';

/** Objects that one answer of a list has at most. */
const PAGE = 500;
const LONGEST_PAUSE_MS = 15_000;
/** After a lost version everything is listed again: not by all replicas at the same moment. */
const RELIST_JITTER_MS = 1000;
const IDLE_MS = 70_000;
/** A server that ends watches sooner is not asked again at once. */
const SHORT_MS = 1000;
/** A connection that is lost once is made again; when that fails too, it is worth telling. */
const TELL_AFTER = 2;

/** Why nothing new is heard. `denied`: the account has no right to it. */
export interface Trouble {
  readonly kind: 'denied' | 'unreachable';
  readonly message: string;
}

/** Takes what a reflector sees. */
export interface Reflection {
  /** A new or changed object, and when that came about where it is a change: not what was there at the start. */
  put(object: ApiObject, time?: ChangeTime): void;
  /** `namespace/name`, or the name of what has no namespace. */
  remove(key: string): void;
  /** Everything that was there has been told, or it is known that the account may not read it. May come several times. */
  settled(): void;
  /** Undefined when it is over. */
  trouble(trouble: Trouble | undefined): void;
}

export interface ReflectorOptions {
  readonly client: ApiClient;
  readonly resource: Resource;
  /** All namespaces without one. */
  readonly namespace?: string | undefined;
  /** Of one object alone. */
  readonly name?: string;
  /** Label selector; empty for everything. */
  readonly selector?: string;
  /** Names, labels and versions alone, without what the objects hold. */
  readonly metadataOnly?: boolean;
  readonly reflection: Reflection;
  readonly idleMs?: number;
  /** Called when a watch is over and is begun again. */
  readonly restarting?: (reason: 'ended' | 'expired' | 'failed') => void;
}

/**
 * Follows a collection of the API: lists it in pages, then watches from the version of the list and goes on from the last version that it has
 * heard of after every loss. Lists again only when the server has forgotten that version, and tells then only what differs.
 */
export class Reflector {
  readonly #options: ReflectorOptions;
  readonly #backoff = new Backoff(LONGEST_PAUSE_MS);
  /** The version of every object that has been told. */
  readonly #known = new Map<string, string>();
  /** The version of the collection that has been told; undefined when it has to be listed. */
  #version: string | undefined;
  #troubled = false;
  #failures = 0;
  #cleared = false;
  /** Lists that were made: what a test counts. */
  lists = 0;

  constructor(options: ReflectorOptions) {
    this.#options = options;
  }

  /** Resolves after the signal has fired. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        this.#version ??= await this.#list(signal);
        const startMs = performance.now();
        await this.#watch(this.#version, signal);
        if (!signal.aborted) this.#options.restarting?.('ended');
        if (performance.now() - startMs < SHORT_MS) await this.#wait(this.#backoff.next(), signal);
        else this.#backoff.reset();
      } catch (error) {
        if (signal.aborted) return;
        this.#options.restarting?.(isGone(error) ? 'expired' : 'failed');
        await this.#wait(this.#after(error), signal);
      }
    }
  }

  /** Tells that everything is gone, and nothing after that. */
  clear(): void {
    for (const key of this.#known.keys()) this.#options.reflection.remove(key);
    this.#known.clear();
    this.#cleared = true;
  }

  async #list(signal: AbortSignal): Promise<string> {
    this.lists++;
    const { client, resource, namespace, selector, reflection } = this.#options;
    const seen = new Set<string>();
    let next: string | undefined;
    let version = '';
    do {
      const query = { limit: String(PAGE), continue: next, labelSelector: selector, fieldSelector: this.#field() };
      const page: ApiList = await client.json({ path: collectionPath(resource, namespace), query, accept: this.#accept('List'), signal });
      for (const object of page.items ?? []) {
        seen.add(keyOf(object));
        this.#put(object, this.#known.has(keyOf(object)));
      }
      next = page.metadata.continue || undefined;
      version = page.metadata.resourceVersion;
    } while (next !== undefined);
    for (const key of this.#known.keys()) if (!seen.has(key)) this.#remove(key);
    this.#fine();
    reflection.settled();
    return version;
  }

  async #watch(resourceVersion: string, signal: AbortSignal): Promise<void> {
    const { client, resource, namespace, selector = '', idleMs = IDLE_MS } = this.#options;
    const path = collectionPath(resource, namespace);
    const request = {
      path,
      selector,
      field: this.#field(),
      accept: this.#accept(''),
      resourceVersion,
      idleMs,
      signal,
      onOpen: () => this.#reached(),
    };
    await watchFrom(client, request, (event) => this.#take(event));
  }

  #take({ type, object }: WatchEvent): void {
    this.#fine();
    if (type === 'DELETED') this.#remove(keyOf(object));
    else if (type !== 'BOOKMARK') this.#put(object);
    this.#version = object.metadata.resourceVersion ?? this.#version;
  }

  #put(object: ApiObject, isChange = true): void {
    const { resource, reflection } = this.#options;
    const key = keyOf(object);
    const version = object.metadata.resourceVersion ?? '';
    if (this.#cleared || (version !== '' && this.#known.get(key) === version)) return;
    this.#known.set(key, version);
    // Items of lists do not say what they are.
    reflection.put({ ...object, apiVersion: resource.apiVersion, kind: resource.kind }, isChange ? watchedNow(object) : undefined);
  }

  #remove(key: string): void {
    if (this.#known.delete(key)) this.#options.reflection.remove(key);
  }

  #fine(): void {
    this.#backoff.reset();
    this.#reached();
  }

  /** The server answers: whatever kept from hearing it is over. */
  #reached(): void {
    this.#failures = 0;
    if (!this.#troubled) return;
    this.#troubled = false;
    this.#options.reflection.trouble(undefined);
  }

  /** What follows from a failure; how long to wait. */
  #after(error: unknown): number {
    const { reflection, resource, namespace } = this.#options;
    if (isGone(error)) {
      this.#version = undefined;
      return this.#backoff.next() + Math.random() * RELIST_JITTER_MS;
    }
    const denied = isDenied(error);
    this.#failures++;
    if (denied || this.#failures >= TELL_AFTER) {
      this.#troubled = true;
      const what = `${resource.plural}${namespace === undefined ? '' : ` of ${namespace}`}`;
      const message = `${denied ? 'no right to list and watch' : 'cannot follow'} ${what}: ${messageOf(error)}`;
      reflection.trouble({ kind: denied ? 'denied' : 'unreachable', message });
    }
    if (denied) reflection.settled();
    return this.#backoff.next(error instanceof ApiError ? error.retryAfterMs : 0);
  }

  async #wait(ms: number, signal: AbortSignal): Promise<void> {
    await pause(ms, undefined, { signal }).catch(() => undefined);
  }

  #field(): string | undefined {
    const { name } = this.#options;
    return name === undefined ? undefined : `metadata.name=${name}`;
  }

  #accept(suffix: 'List' | ''): string {
    if (this.#options.metadataOnly !== true) return 'application/json';
    return `application/json;as=PartialObjectMetadata${suffix};g=meta.k8s.io;v=v1`;
  }
}
