import type { IngressFeatures } from '../annotations/ingress-features.ts';
import { readFeatures } from '../annotations/ingress-features.ts';
import type { Risk } from '../annotations/annotation.ts';
import type { ReadSettings } from '../annotations/read-settings.ts';
import { readSettings } from '../annotations/read-settings.ts';
import { diagnose } from '../../observe/diagnostic.ts';
import type { Diagnostic } from '../../observe/diagnostic.ts';
import type { Ingress } from '../../watch/kinds/ingress.ts';
import type { Snapshot } from '../../watch/snapshot.ts';
import type { GlobalSettings } from '../settings/global-settings.ts';
import { suspiciousField } from './deep-inspection.ts';
import { originOf } from './ingress-origin.ts';
import type { BackendRef, FragmentRule, IngressFragment } from './ingress-fragment.ts';
import { readIngress } from './ingress-fragment.ts';
import { TrackedReferences } from './tracked-references.ts';

/** A rule together with what the annotations of its Ingress say. */
export interface AnnotatedRule extends FragmentRule {
  readonly features: IngressFeatures;
}

/** A default backend together with what the annotations of its Ingress say. */
export interface AnnotatedBackend {
  readonly backend: BackendRef;
  readonly features: IngressFeatures;
}

/** An Ingress and everything that it says, by itself and through the objects that its annotations name. */
export interface AnnotatedIngress {
  readonly ingress: Ingress;
  readonly features: IngressFeatures;
  readonly rules: readonly AnnotatedRule[];
  readonly defaultBackend: AnnotatedBackend | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

interface Kept {
  readonly annotated: AnnotatedIngress;
  /** Whether everything that was looked at in other objects is still the same. */
  readonly stillTrue: (snapshot: Snapshot) => boolean;
}

interface Checked {
  readonly fragment: IngressFragment;
  readonly read: ReadSettings;
  /** Why it is not served. */
  readonly rejection: readonly Diagnostic[] | undefined;
}

/** Reads Ingresses with their annotations; one is read again when it or an object that its annotations name has changed. */
export class IngressReader {
  #kept = new WeakMap<Ingress, Kept>();
  #checked = new WeakMap<Ingress, Checked>();
  readonly #highestRisk: Risk;
  #settings: GlobalSettings | undefined;

  /** Annotations with a higher risk make their Ingress invalid, unless settings say otherwise. */
  constructor(highestRisk: Risk) {
    this.#highestRisk = highestRisk;
  }

  /** From now on these hold; where they are others than before, every Ingress is read again. */
  use(settings: GlobalSettings): void {
    if (settings === this.#settings) return;
    this.#settings = settings;
    this.#kept = new WeakMap();
    this.#checked = new WeakMap();
  }

  /** Why the whole Ingress is not served: an annotation, or a text that looks like an attack; undefined when it is. */
  rejected(ingress: Ingress): readonly Diagnostic[] | undefined {
    return this.#check(ingress).rejection;
  }

  read(ingress: Ingress, snapshot: Snapshot): AnnotatedIngress {
    const kept = this.#kept.get(ingress);
    if (kept?.stillTrue(snapshot) === true) return kept.annotated;
    const references = new TrackedReferences(snapshot);
    const { fragment, read } = this.#check(ingress);
    const features = readFeatures(read, references);
    const annotated = annotate(fragment, features);
    this.#kept.set(ingress, { annotated, stillTrue: references.stillTrue() });
    return annotated;
  }

  #check(ingress: Ingress): Checked {
    let checked = this.#checked.get(ingress);
    if (checked === undefined) {
      const read = readSettings(ingress, this.#settings?.annotationsRiskLevel ?? this.#highestRisk, this.#settings);
      checked = { fragment: readIngress(ingress), read, rejection: rejectionOf(ingress, read) };
      this.#checked.set(ingress, checked);
    }
    return checked;
  }
}

function rejectionOf(ingress: Ingress, { rejected, diagnostics }: ReadSettings): readonly Diagnostic[] | undefined {
  const suspicious = suspiciousField(ingress);
  if (suspicious !== undefined)
    return [diagnose('SLU1212', originOf(ingress, suspicious), 'it looks like an attack on nginx; the whole Ingress is not served')];
  return rejected ? diagnostics : undefined;
}

function annotate({ ingress, rules, defaultBackend, diagnostics }: IngressFragment, features: IngressFeatures): AnnotatedIngress {
  return {
    ingress,
    features,
    rules: rules.map((rule) => ({ ...rule, features })),
    defaultBackend: defaultBackend && { backend: defaultBackend, features },
    diagnostics: [...diagnostics, ...features.diagnostics],
  };
}
