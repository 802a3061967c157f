import { namedObjects } from '@sluice/core';
import type { Tally } from '../observe/tally.ts';
import type { ApiClient } from './api-client.ts';
import type { ChangeBatch } from './change-batch.ts';
import type { ClusterOptions } from './cluster-options.ts';
import { ContentFilter } from './content-filter.ts';
import type { Findings } from './findings.ts';
import type { IngressStatuses } from './ingress-statuses.ts';
import { NamedObjects } from './named-objects.ts';
import { Reflector } from './reflector.ts';
import type { Reflection, ReflectorOptions } from './reflector.ts';
import { keyOf, refOfKey, resources } from './resource.ts';
import type { ApiObject, Resource } from './resource.ts';

export interface ScopeParts {
  readonly client: ApiClient;
  readonly options: Pick<ClusterOptions, 'ingressSelector' | 'secrets'>;
  /** All namespaces without one. */
  readonly namespace: string | undefined;
  readonly batch: ChangeBatch;
  readonly findings: Findings;
  readonly statuses: IngressStatuses;
  readonly restarts: Tally;
  /** Objects that somebody else follows, as `Kind namespace/name`. */
  readonly singles: ReadonlySet<string>;
  /** Called whenever more may be settled. */
  readonly onSettled: () => void;
}

/** Kinds whose status somebody writes. */
const WITH_STATUS: ReadonlySet<string> = new Set([resources.Ingress.kind, resources.Service.kind]);

type NamedKind = 'Secret' | 'ConfigMap';

/** Follows everything that routing needs of one namespace, or of all of them. */
export class ScopeWatch {
  readonly #parts: ScopeParts;
  readonly #aborter = new AbortController();
  readonly #reflectors: Reflector[] = [];
  readonly #named = new Map<string, NamedObjects>();
  /** What each Ingress names, as `Kind namespace/name`. */
  readonly #names = new Map<string, readonly string[]>();
  readonly #unsettled = new Set<string>();
  #running: Promise<unknown> = Promise.resolve();

  constructor(parts: ScopeParts) {
    this.#parts = parts;
    this.#follow(resources.Ingress, this.#ingresses(), { selector: parts.options.ingressSelector });
    this.#follow(resources.Service, this.#all(resources.Service));
    this.#follow(resources.EndpointSlice, this.#all(resources.EndpointSlice));
    this.#followNamed('ConfigMap');
    if (parts.options.secrets === 'all') this.#follow(resources.Secret, this.#all(resources.Secret));
    else this.#followNamed('Secret');
  }

  /** Everything that was there at the start has been told. */
  get settled(): boolean {
    return this.#unsettled.size === 0 && [...this.#named.values()].every(({ idle }) => idle);
  }

  start(): void {
    const { signal } = this.#aborter;
    for (const named of this.#named.values()) named.start(signal);
    this.#running = Promise.all(this.#reflectors.map((reflector) => reflector.run(signal)));
  }

  /** Resolves when nothing is asked any more. */
  async stop(): Promise<void> {
    this.#aborter.abort();
    await this.#running;
  }

  /** As `stop`, and tells that everything is gone: for a namespace that is not watched any more. */
  leave(): Promise<void> {
    const stopped = this.stop();
    for (const reflector of this.#reflectors) reflector.clear();
    this.#parts.findings.forget(this.#parts.namespace);
    return stopped;
  }

  #follow(resource: Resource, reflection: Reflection, more: Pick<ReflectorOptions, 'selector' | 'metadataOnly'> = {}): void {
    const { client, namespace, restarts } = this.#parts;
    const { kind } = resource;
    const restarting: ReflectorOptions['restarting'] = (reason) => restarts.add({ kind, reason });
    this.#unsettled.add(kind);
    const settled = (): void => {
      reflection.settled();
      this.#unsettled.delete(resource.kind);
      this.#parts.onSettled();
    };
    this.#reflectors.push(new Reflector({ client, resource, namespace, ...more, restarting, reflection: { ...reflection, settled } }));
  }

  /** Objects that are read when an Ingress names them. */
  #followNamed(kind: NamedKind): void {
    const { client, namespace, onSettled } = this.#parts;
    const resource = resources[kind];
    const covers = (its: string): boolean => namespace === undefined || its === namespace;
    const reflection = { ...this.#all(resource), settled: onSettled };
    const named = new NamedObjects({ client, resource, covers, reflection });
    this.#named.set(kind, named);
    this.#follow(resource, named.versions, { metadataOnly: true });
  }

  /** `also` hears of what is new and, with undefined, of what is gone. */
  #all({ kind }: Resource, also: (key: string, object: ApiObject | undefined) => void = () => {}): Reflection {
    const { batch, findings, namespace, singles } = this.#parts;
    const filter = WITH_STATUS.has(kind) ? new ContentFilter() : undefined;
    return {
      put: (object, time) => {
        const key = keyOf(object);
        if (filter?.passes(key, object) === false || singles.has(`${kind} ${key}`)) return;
        also(key, object);
        batch.put(kind, key, object, time);
      },
      remove: (key) => {
        if (singles.has(`${kind} ${key}`)) return;
        filter?.forget(key);
        also(key, undefined);
        batch.remove(refOfKey(kind, key), key);
      },
      settled: () => {},
      trouble: (trouble) => findings.note(kind, namespace, trouble),
    };
  }

  #ingresses(): Reflection {
    const plain = this.#all(resources.Ingress, (key, object) => this.#name(key, object));
    const { statuses } = this.#parts;
    return {
      ...plain,
      put: (object, time) => {
        statuses.put(keyOf(object), object);
        plain.put(object, time);
      },
      remove: (key) => {
        statuses.remove(key);
        plain.remove(key);
      },
    };
  }

  #name(key: string, object: ApiObject | undefined): void {
    const before = this.#names.get(key) ?? [];
    const now = object === undefined ? [] : namedObjects(object).map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`);
    if (now.length === 0) this.#names.delete(key);
    else this.#names.set(key, now);
    for (const one of now) this.#namedOf(one)?.want(one.slice(one.indexOf(' ') + 1));
    for (const one of before) this.#namedOf(one)?.release(one.slice(one.indexOf(' ') + 1));
  }

  #namedOf(name: string): NamedObjects | undefined {
    return this.#named.get(name.slice(0, name.indexOf(' ')));
  }
}
