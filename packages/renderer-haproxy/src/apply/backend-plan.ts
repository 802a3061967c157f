import type { BackendSection, Server } from '../render/haproxy-table.ts';
import { serversByName } from './loaded.ts';
import type { Loaded, LoadedBackend } from './loaded.ts';

export interface ServerOf {
  /** As HAProxy knows it: a spare backend that stands for another one. */
  readonly backend: string;
  readonly server: Server;
}

/** What becomes of backends and their servers. */
export interface BackendPlan {
  readonly reload: readonly string[];
  /** New ones of a class that the worker has no backend of: whoever brings the class brings them. */
  readonly unplaced: readonly string[];
  /** Upstreams with other endpoints than before. */
  readonly changed: readonly string[];
  readonly added: readonly ServerOf[];
  readonly removed: readonly ServerOf[];
  readonly backends: ReadonlyMap<string, LoadedBackend>;
  readonly places: ReadonlyMap<string, string>;
}

/** Compares the backends that a worker has with those of a table; backends without an upstream in the table count as what they are: nothing. */
export function planBackends(loaded: Loaded, wanted: readonly BackendSection[]): BackendPlan {
  return new Planning(loaded).plan(wanted.filter(({ spare }) => spare === undefined));
}

class Planning {
  readonly #loaded: Loaded;
  readonly #backends: Map<string, LoadedBackend>;
  readonly #places = new Map<string, string>();
  /** Names of backends that stand for none, by class. */
  readonly #free = new Map<string, string[]>();
  readonly #classes: ReadonlySet<string>;
  readonly #reload: string[] = [];
  readonly #unplaced: string[] = [];
  readonly #changed = new Set<string>();
  readonly #added: ServerOf[] = [];
  readonly #removed: ServerOf[] = [];

  constructor(loaded: Loaded) {
    this.#loaded = loaded;
    this.#backends = new Map(loaded.backends);
    this.#classes = new Set([...loaded.backends.values()].map((backend) => backend.class));
  }

  plan(wanted: readonly BackendSection[]): BackendPlan {
    const fresh = wanted.filter((backend) => !this.#stays(backend));
    this.#leaveOthers();
    for (const backend of fresh) this.#settle(backend);
    for (const backend of wanted) this.#fill(backend);
    this.#empty();
    return {
      reload: this.#reload,
      unplaced: this.#unplaced,
      changed: [...this.#changed],
      added: this.#added,
      removed: this.#removed,
      backends: this.#backends,
      places: this.#places,
    };
  }

  /** Whether a backend has its place already. */
  #stays({ name, class: class_, dynamic }: BackendSection): boolean {
    const place = this.#loaded.places.get(name);
    const backend = place === undefined ? undefined : this.#backends.get(place);
    if (place === undefined || backend?.class !== class_ || backend.dynamic !== dynamic) return false;
    this.#places.set(name, place);
    return true;
  }

  #leaveOthers(): void {
    const taken = new Set(this.#places.values());
    for (const { name, class: class_, dynamic } of this.#backends.values()) {
      if (taken.has(name) || !dynamic) continue;
      const free = this.#free.get(class_);
      if (free === undefined) this.#free.set(class_, [name]);
      else free.push(name);
    }
  }

  #settle(backend: BackendSection): void {
    const { name, label, dynamic, class: class_ } = backend;
    const place = dynamic ? this.#spareFor(backend) : this.#ownFor(backend);
    if (place !== undefined) return void this.#places.set(name, place);
    const reason = dynamic ? `${label} is new and no spare backend is left` : `${label} is new, and its servers cannot be added later`;
    (dynamic && !this.#classes.has(class_) ? this.#unplaced : this.#reload).push(reason);
  }

  /** Its own section when that is free, otherwise a spare one without servers that may still be leaving, otherwise any. */
  #spareFor({ name, class: class_ }: BackendSection): string | undefined {
    const free = this.#free.get(class_) ?? [];
    const own = free.indexOf(name);
    const empty = free.findIndex((one) => this.#loaded.backends.get(one)?.servers.size === 0);
    return free.splice(own >= 0 ? own : Math.max(empty, 0), 1)[0];
  }

  /** One that has the servers of its file for good can stand for itself alone. */
  #ownFor({ name, class: class_ }: BackendSection): string | undefined {
    const its = this.#backends.get(name);
    return its?.class === class_ && !its.dynamic ? name : undefined;
  }

  #fill({ name, label, servers, upstream }: BackendSection): void {
    const place = this.#places.get(name);
    const backend = place === undefined ? undefined : this.#backends.get(place);
    if (backend === undefined) return;
    const after = serversByName(servers);
    if (after === backend.servers) return;
    const added = servers.filter((server) => !isSame(backend.servers.get(server.name), server));
    const removed = [...backend.servers.values()].filter((server) => !isSame(after.get(server.name), server));
    if (added.length + removed.length === 0) return;
    if (!backend.dynamic) {
      this.#reload.push(`${label} has other servers, which it can only get with a reload`);
      return;
    }
    const again = removed.find((server) => after.has(server.name));
    if (again !== undefined) this.#reload.push(`the server ${again.name} of ${label} changed`);
    this.#added.push(...added.map((server) => ({ backend: backend.name, server })));
    this.#removed.push(...removed.map((server) => ({ backend: backend.name, server })));
    this.#backends.set(backend.name, { ...backend, servers: after });
    if (this.#loaded.places.get(name) === backend.name) this.#changed.add(upstream ?? label);
  }

  /** Backends that stand for none any more lose their servers. */
  #empty(): void {
    const taken = new Set(this.#places.values());
    for (const backend of this.#backends.values()) {
      if (taken.has(backend.name) || backend.servers.size === 0 || !backend.dynamic) continue;
      this.#removed.push(...[...backend.servers.values()].map((server) => ({ backend: backend.name, server })));
      this.#backends.set(backend.name, { ...backend, servers: new Map() });
    }
  }
}

function isSame(a: Server | undefined, b: Server): boolean {
  return a !== undefined && a.address === b.address && a.parameters === b.parameters;
}
