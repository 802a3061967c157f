import type { Risk } from '../annotations/annotation.ts';

/**
 * How paths are read. `ingress-nginx`: with all quirks of that controller (docs/annotations.md). `kubernetes`: as the
 * Ingress API defines pathType, element by element; regular expressions are for the paths of their own Ingress only.
 */
export type PathSemantics = 'ingress-nginx' | 'kubernetes';

/** What is read from the watched objects and how; the class options are ingress-nginx's flags of the same names. */
export interface ModelOptions {
  /** `--ingress-class`: value of the annotation `kubernetes.io/ingress.class`. */
  readonly ingressClass: string;
  /** `--controller-class`: `spec.controller` of the IngressClass objects that are ours. */
  readonly controllerClass: string;
  /** `--watch-ingress-without-class`. */
  readonly watchIngressWithoutClass: boolean;
  readonly pathSemantics: PathSemantics;
  /** `--annotations-risk-level`: an Ingress with an annotation of a higher risk is not served. ingress-nginx has High. */
  readonly annotationsRiskLevel: Risk;
}

export const defaultModelOptions: ModelOptions = {
  ingressClass: 'nginx',
  controllerClass: 'k8s.io/ingress-nginx',
  watchIngressWithoutClass: false,
  pathSemantics: 'ingress-nginx',
  annotationsRiskLevel: 'Critical',
};
