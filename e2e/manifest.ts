/** One path of an Ingress rule. */
export interface PathSpec {
  readonly path?: string;
  readonly pathType?: string;
  readonly service: string;
  readonly port?: { readonly number: number } | { readonly name: string };
}

export interface RuleSpec {
  /** Absent for every host. */
  readonly host?: string;
  readonly paths: readonly PathSpec[];
}

export interface IngressSpec {
  readonly name: string;
  readonly namespace?: string;
  readonly rules?: readonly RuleSpec[];
  readonly defaultService?: string;
  readonly tls?: readonly { readonly hosts: readonly string[]; readonly secretName?: string }[];
  readonly annotations?: Readonly<Record<string, string>>;
  readonly creationTimestamp?: string;
}

const NAMESPACE = 'default';

function backendOf(service: string, port: PathSpec['port'] = { number: 80 }): object {
  return { service: { name: service, port } };
}

function ruleOf({ host, paths }: RuleSpec): object {
  const listed = paths.map(({ path = '/', pathType = 'Prefix', service, port }) => ({ path, pathType, backend: backendOf(service, port) }));
  return { ...(host !== undefined && { host }), http: { paths: listed } };
}

/** An Ingress of the class that is served. */
export function ingress({
  name,
  namespace = NAMESPACE,
  rules = [],
  defaultService,
  tls = [],
  annotations,
  creationTimestamp,
}: IngressSpec): object {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, namespace, ...(annotations && { annotations }), ...(creationTimestamp && { creationTimestamp }) },
    spec: {
      ingressClassName: 'nginx',
      ...(defaultService !== undefined && { defaultBackend: backendOf(defaultService) }),
      rules: rules.map(ruleOf),
      tls,
    },
  };
}

export function ingressClass(): object {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: 'nginx' },
    spec: { controller: 'k8s.io/ingress-nginx' },
  };
}

/** A Service with port 80, named `http`. */
export function service(name: string, namespace = NAMESPACE): object {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
  };
}

export interface EndpointSpec {
  readonly port: number;
  readonly ready?: boolean;
}

/** The slice of a Service: one endpoint on this machine; without a port it has none. */
export function endpointSlice(serviceName: string, endpoint: EndpointSpec | undefined, namespace = NAMESPACE): object {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${serviceName}-1`, namespace, labels: { 'kubernetes.io/service-name': serviceName } },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: endpoint?.port ?? 1, protocol: 'TCP' }],
    endpoints: endpoint === undefined ? [] : [{ addresses: ['127.0.0.1'], conditions: { ready: endpoint.ready ?? true } }],
  };
}

/** A Service and its slice. */
export function served(name: string, port: number, namespace = NAMESPACE): readonly object[] {
  return [service(name, namespace), endpointSlice(name, { port }, namespace)];
}

/** A host whose every path goes to one Service. */
export function hostTo(host: string, serviceName: string, namespace = NAMESPACE): object {
  return ingress({ name: host.replace('*', 'any'), namespace, rules: [{ host, paths: [{ service: serviceName }] }] });
}

export function configMap(name: string, data: Readonly<Record<string, string>>, namespace = NAMESPACE): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data };
}

export function tlsSecret(name: string, pair: { readonly cert: string; readonly key: string }, namespace = NAMESPACE): object {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/tls',
    metadata: { name, namespace },
    stringData: { 'tls.crt': pair.cert, 'tls.key': pair.key },
  };
}
