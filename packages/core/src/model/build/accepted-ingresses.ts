import { diagnose } from '../../observe/diagnostic.ts';
import type { Diagnostic } from '../../observe/diagnostic.ts';
import type { Ingress } from '../../watch/kinds/ingress.ts';
import type { Snapshot } from '../../watch/snapshot.ts';
import type { IngressReader } from './annotated-ingress.ts';
import { decideClass } from './ingress-class.ts';
import { originOf } from './ingress-origin.ts';
import type { ModelOptions } from './model-options.ts';

/**
 * Which Ingresses are served, and in which version: a version whose annotations make it invalid is not, the one that was
 * accepted before stays in its place until the object is valid again, leaves the class or is deleted (as in ingress-nginx,
 * where a restart forgets it as well).
 */
export class AcceptedIngresses {
  readonly #reader: IngressReader;
  /** By `namespace/name`. */
  #accepted: ReadonlyMap<string, Ingress> = new Map();

  constructor(reader: IngressReader) {
    this.#reader = reader;
  }

  of({ objects }: Snapshot, options: ModelOptions, diagnostics: Diagnostic[]): readonly Ingress[] {
    const accepted = new Map<string, Ingress>();
    for (const [id, ingress] of objects.Ingress) {
      const decision = decideClass(ingress, objects.IngressClass, options);
      diagnostics.push(...decision.diagnostics);
      const refused = decision.served && options.disableCatchAll ? refusedCatchAll(ingress) : [];
      diagnostics.push(...refused);
      const version = decision.served && refused.length === 0 ? this.#version(id, ingress, diagnostics) : undefined;
      if (version !== undefined) accepted.set(id, version);
    }
    this.#accepted = accepted;
    return [...accepted.values()];
  }

  #version(id: string, ingress: Ingress, diagnostics: Diagnostic[]): Ingress | undefined {
    const rejected = this.#reader.rejected(ingress);
    if (rejected === undefined) return ingress;
    const before = this.#accepted.get(id);
    diagnostics.push(...rejected);
    if (before !== undefined)
      diagnostics.push(diagnose('SLU1512', originOf(ingress, ''), 'the version before this one keeps being served'));
    return before;
  }
}

/** As in ingress-nginx, the rules of such an Ingress are not served either, and neither is the version before. */
function refusedCatchAll(ingress: Ingress): readonly Diagnostic[] {
  if (ingress.spec.defaultBackend === undefined) return [];
  const why = 'this controller allows no default backend in an Ingress, so the whole Ingress is not served';
  return [diagnose('SLU1105', originOf(ingress, 'spec.defaultBackend'), why)];
}
