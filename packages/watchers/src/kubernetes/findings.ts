import { diagnose } from '@sluice/core';
import type { Diagnostic, Logger, Sink } from '@sluice/core';
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
    const id = `${kind} ${namespace ?? ''}`;
    const before = this.#found.get(id);
    if (trouble === undefined) {
      if (!this.#found.delete(id)) return;
      this.#logger.info('a part of the cluster is followed again', { kind, ...(namespace !== undefined && { namespace }) });
    } else {
      const object = { kind, namespace: namespace ?? '', name: '*' };
      const finding = diagnose(trouble.kind === 'denied' ? 'SLU1009' : 'SLU1008', { object, field: '' }, trouble.message);
      if (before?.code === finding.code && before.message === finding.message) return;
      if (before?.code !== finding.code)
        this.#logger.warn('a part of the cluster cannot be followed', { kind, code: finding.code, reason: trouble.message });
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
