import type { Ingress } from '../../watch/kinds/ingress.ts';
import type { Origin } from '../origin.ts';
import type { GlobalSettings } from '../settings/global-settings.ts';
import type { Annotation, AnyAnnotation } from './annotation.ts';

export const ANNOTATION_PREFIX = 'nginx.ingress.kubernetes.io/';

/** A valid value as it is written. */
export interface WrittenText {
  readonly text: string;
  /** Of the annotation, with its prefix. */
  readonly name: string;
  /** Where it is written, when that is not the Ingress. */
  readonly from?: Origin;
}

/** The annotations of one Ingress whose values are valid, and what holds for it because it does not have them. */
export class IngressSettings {
  readonly ingress: Ingress;
  /** What holds for all Ingresses. */
  readonly global: GlobalSettings;
  /** Texts by key; an alias is under the name that it stands for. */
  readonly #texts: ReadonlyMap<string, WrittenText>;

  constructor(ingress: Ingress, texts: ReadonlyMap<string, WrittenText>, global: GlobalSettings) {
    this.ingress = ingress;
    this.global = global;
    this.#texts = texts;
  }

  /** The value; undefined when it is absent or was not valid. */
  get<Value>({ key, parse }: Annotation<Value>): Value | undefined {
    const written = this.#texts.get(key);
    if (written === undefined) return undefined;
    const parsed = parse(written.text);
    return parsed.ok ? parsed.value : undefined;
  }

  has({ key }: { readonly key: string }): boolean {
    return this.#texts.has(key);
  }

  /** Where the annotation is written; for an absent one where it would be. */
  from({ key }: { readonly key: string }): Origin {
    const written = this.#texts.get(key);
    if (written?.from !== undefined) return written.from;
    const { namespace, name } = this.ingress.metadata;
    const field = `metadata.annotations[${written?.name ?? ANNOTATION_PREFIX + key}]`;
    return { object: { kind: 'Ingress', namespace, name }, field };
  }

  /** The policies of annotations that stand for themselves. */
  ownPolicies(annotations: readonly AnyAnnotation[]) {
    return annotations.flatMap((known) => {
      const written = this.#texts.get(known.key);
      return written === undefined ? [] : (known.policyFor(written.text, this.from(known)) ?? []);
    });
  }
}
