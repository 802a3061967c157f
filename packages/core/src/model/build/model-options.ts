/** Which Ingresses are served, as ingress-nginx's flags of the same names decide it. */
export interface ModelOptions {
  /** `--ingress-class`: value of the annotation `kubernetes.io/ingress.class`. */
  readonly ingressClass: string;
  /** `--controller-class`: `spec.controller` of the IngressClass objects that are ours. */
  readonly controllerClass: string;
  /** `--watch-ingress-without-class`. */
  readonly watchIngressWithoutClass: boolean;
}

export const defaultModelOptions: ModelOptions = {
  ingressClass: 'nginx',
  controllerClass: 'k8s.io/ingress-nginx',
  watchIngressWithoutClass: false,
};
