import { diagnose, formatObject } from '@sluice/core';
import type { Diagnostic, Logger, ObjectRef, Sink } from '@sluice/core';
import type { Trouble } from './reflector.ts';

/** What keeps parts of the cluster from being read; the sink gets all of it when one changes, the log what begins and what is over. */
export class Findings {
  readonly #sink: Sink;
  readonly #logger: Logger;
  readonly #found = new Map<string, Diagnostic>();

  constructor(sink: Sink, logger: Logger) {
    this.#sink = sink;
    this.#logger = logger;
  }

  /** `kind` and `namespace` of what cannot be read; `trouble` is undefined when it is over. */
  note(kind: string, namespace: string | undefined, trouble: Trouble | undefined): void {
    const object = { kind, namespace: namespace ?? '', name: '*' };
    const changed = trouble === undefined ? this.#over(object) : this.#begin(object, trouble);
    if (changed) this.#sink.report([...this.#found.values()]);
  }

  #over(object: ObjectRef): boolean {
    if (!this.#found.delete(formatObject(object))) return false;
    this.#logger.info('a part of the cluster is followed again', { kind: object.kind, namespace: object.namespace });
    return true;
  }

  #begin(object: ObjectRef, { kind, message }: Trouble): boolean {
    const before = this.#found.get(formatObject(object));
    const finding = diagnose(kind === 'denied' ? 'SLU1009' : 'SLU1008', { object, field: '' }, message);
    if (before?.code === finding.code && before.message === message) return false;
    this.#found.set(formatObject(object), finding);
    if (before?.code !== finding.code)
      this.#logger.warn('a part of the cluster cannot be followed', { kind: object.kind, code: finding.code, reason: message });
    return true;
  }

  /** What is not looked at any more. */
  forget(namespace: string | undefined): void {
    for (const [id, { object }] of this.#found) if (object.namespace === (namespace ?? '')) this.#found.delete(id);
    this.#sink.report([...this.#found.values()]);
  }
}
