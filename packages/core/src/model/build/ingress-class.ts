import { diagnose } from '../../observe/diagnostic.ts';
import type { Diagnostic } from '../../observe/diagnostic.ts';
import type { IngressClass } from '../../watch/kinds/ingress-class.ts';
import type { Ingress } from '../../watch/kinds/ingress.ts';
import type { Origin } from '../origin.ts';
import { originOf } from './ingress-origin.ts';
import type { ModelOptions } from './model-options.ts';

const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';
const DEFAULT_CLASS_ANNOTATION = 'ingressclass.kubernetes.io/is-default-class';

/** Whether an Ingress is ours, and what its owner should know about that. */
export interface ClassDecision {
  readonly served: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Decides by `spec.ingressClassName`, else by the old annotation, else by the default IngressClass (which a cluster would
 * have written into the Ingress at its creation), else by `watchIngressWithoutClass`.
 * A class name without its object is taken at its word when it equals `ingressClass`: manifests in a directory often come
 * without the IngressClass that the cluster has.
 */
export function decideClass(ingress: Ingress, classes: ReadonlyMap<string, IngressClass>, options: ModelOptions): ClassDecision {
  const named = ingress.spec.ingressClassName;
  if (named !== undefined) return byName(ingress, named, classes, options);
  const annotated = ingress.metadata.annotations[CLASS_ANNOTATION];
  if (annotated !== undefined)
    return annotated === options.ingressClass ? ours : foreign(originOf(ingress, `metadata.annotations[${CLASS_ANNOTATION}]`), annotated);
  const byDefault = [...classes.values()].find(({ metadata }) => metadata.annotations[DEFAULT_CLASS_ANNOTATION] === 'true');
  if (byDefault !== undefined) return byName(ingress, byDefault.metadata.name, classes, options);
  if (options.watchIngressWithoutClass) return ours;
  return {
    served: false,
    diagnostics: [diagnose('SLU1102', originOf(ingress, 'spec.ingressClassName'), 'it has no class, so it is not served')],
  };
}

const ours: ClassDecision = { served: true, diagnostics: [] };

function byName(ingress: Ingress, name: string, classes: ReadonlyMap<string, IngressClass>, options: ModelOptions): ClassDecision {
  const known = classes.get(name);
  if (known !== undefined) return isOurs(known, options) ? ours : foreign(originOf(ingress, 'spec.ingressClassName'), name);
  if (name !== options.ingressClass) return foreign(originOf(ingress, 'spec.ingressClassName'), name);
  const from = originOf(ingress, 'spec.ingressClassName');
  return {
    served: true,
    diagnostics: [
      diagnose('SLU1103', from, `there is no IngressClass ${name}; the Ingress is served because the name is that of this controller`),
    ],
  };
}

function isOurs({ metadata, spec }: IngressClass, { controllerClass, ingressClass, ingressClassByName }: ModelOptions): boolean {
  return spec.controller === controllerClass || (ingressClassByName && metadata.name === ingressClass);
}

function foreign(from: Origin, name: string): ClassDecision {
  return {
    served: false,
    diagnostics: [
      diagnose('SLU1101', from, `the class ${JSON.stringify(name.slice(0, 80))} is not of this controller, so it is not served`),
    ],
  };
}
