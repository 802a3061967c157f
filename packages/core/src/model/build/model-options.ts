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
  /** `--ingress-class-by-name`: the IngressClass that is called like `ingressClass` is ours as well, whatever its controller. */
  readonly ingressClassByName: boolean;
  /** `--disable-catch-all`: an Ingress with `spec.defaultBackend` is not served, not even its rules. */
  readonly disableCatchAll: boolean;
  /** `--disable-svc-external-name`: a Service of type ExternalName has no endpoint. */
  readonly disableExternalName: boolean;
  /** `--default-backend-service`: NAMESPACE/NAME of the Service that gets what no rule takes, on its first port; empty for the built-in 404. */
  readonly defaultBackendService: string;
  /** `--default-ssl-certificate`: NAMESPACE/NAME of the Secret for hosts without a certificate; empty for a self-signed one. */
  readonly defaultCertificate: string;
  /** `--configmap`: NAMESPACE/NAME of the ConfigMap with settings for all Ingresses; empty for none. */
  readonly configMap: string;
  /** `--tcp-services-configmap`: NAMESPACE/NAME of the ConfigMap of ports and the Services that their connections go to; empty for none. */
  readonly tcpServices: string;
  /** `--udp-services-configmap`: the same for datagrams. */
  readonly udpServices: string;
  /** Ports that no such service may have. */
  readonly reservedPorts: readonly number[];
  readonly pathSemantics: PathSemantics;
  /** `--annotations-risk-level`: an Ingress with an annotation of a higher risk is not served. ingress-nginx has High. */
  readonly annotationsRiskLevel: Risk;
}

/** What ingress-nginx itself listens on, whether there is something here or not: nobody can have used them. */
const ingressNginxPorts: readonly number[] = [80, 442, 443, 8181, 10_245, 10_246, 10_247, 10_254];

export const defaultModelOptions: ModelOptions = {
  ingressClass: 'nginx',
  controllerClass: 'k8s.io/ingress-nginx',
  watchIngressWithoutClass: false,
  ingressClassByName: false,
  disableCatchAll: false,
  disableExternalName: false,
  defaultBackendService: '',
  defaultCertificate: '',
  configMap: '',
  tcpServices: '',
  udpServices: '',
  reservedPorts: ingressNginxPorts,
  pathSemantics: 'ingress-nginx',
  annotationsRiskLevel: 'Critical',
};
