import { diagnose } from '@sluice/core';
import type { Diagnostic, Sink } from '@sluice/core';
import type { Trouble } from './reflector.ts';

/** What the cluster keeps from being read, by what it is about; the sink gets all of them when one changes. */
export class Findings {
  readonly #sink: Sink;
  readonly #found = new Map<string, Diagnostic>();

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  /** `kind` and `namespace` of what cannot be read; `trouble` is undefined when it is over. */
  note(kind: string, namespace: string | undefined, trouble: Trouble | undefined): void {
    const id = `${kind} ${namespace ?? ''}`;
    const before = this.#found.get(id);
    if (trouble === undefined) {
      if (!this.#found.delete(id)) return;
    } else {
      const object = { kind, namespace: namespace ?? '', name: '*' };
      const finding = diagnose(trouble.kind === 'denied' ? 'SLU1009' : 'SLU1008', { object, field: '' }, trouble.message);
      if (before?.code === finding.code && before.message === finding.message) return;
      this.#found.set(id, finding);
    }
    this.#sink.report([...this.#found.values()]);
  }

  /** What is not looked at any more. */
  forget(namespace: string | undefined): void {
    for (const [id, { object }] of this.#found) if (object.namespace === (namespace ?? '')) this.#found.delete(id);
    this.#sink.report([...this.#found.values()]);
  }
}
