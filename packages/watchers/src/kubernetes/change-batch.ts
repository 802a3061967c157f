import type { ChangeTime, Sink, SourceChange } from '@sluice/core';
import type { ObjectRef } from '@sluice/core';
import type { ApiObject } from './resource.ts';

/** Changes that come within so long are one step. */
const GATHER_MS = 10;
/** More than that are not held back. */
const MOST = 2000;

/** Gathers changes for a sink: of an object that changes several times only the last one counts. */
export class ChangeBatch {
  readonly #sink: Sink;
  readonly #changes = new Map<string, SourceChange>();
  #timer: NodeJS.Timeout | undefined;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  put(kind: string, key: string, object: ApiObject, time?: ChangeTime): void {
    const id = `${kind} ${key}`;
    this.#add(id, { kind: 'put', object, time: this.#changes.get(id)?.time ?? time });
  }

  remove(ref: ObjectRef, key: string): void {
    this.#add(`${ref.kind} ${key}`, { kind: 'delete', ref, time: { receivedMs: Date.now() } });
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#changes.size === 0) return;
    const changes = [...this.#changes.values()];
    this.#changes.clear();
    this.#sink.change(changes);
  }

  #add(id: string, change: SourceChange): void {
    this.#changes.set(id, change);
    if (this.#changes.size >= MOST) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), GATHER_MS);
  }
}
