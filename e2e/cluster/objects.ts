import { X509Certificate } from 'node:crypto';
import type { KeyPair } from '../certificates.ts';
import type { KubeObject } from './cluster-api.ts';

/** Where an endpoint is. */
export interface EndpointPlace {
  readonly address: string;
  readonly port: number;
  /** True by default. */
  readonly ready?: boolean;
}

export function namespace(name: string, labels: Readonly<Record<string, string>> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}

/** A Service with a port named http and nothing that chooses pods: nobody else makes its slices. */
export function service(namespace: string, name: string, port = 80): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { ports: [{ name: 'http', port, targetPort: 8080, protocol: 'TCP' }] },
  };
}

/** The slice of a Service. All endpoints have the port of the first. */
export function endpointSlice(namespace: string, serviceName: string, places: readonly EndpointPlace[]): KubeObject {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${serviceName}-1`, namespace, labels: { 'kubernetes.io/service-name': serviceName } },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: places[0]?.port ?? 1, protocol: 'TCP' }],
    endpoints: places.map(({ address, ready = true }) => ({ addresses: [address], conditions: { ready } })),
  };
}

export interface IngressSpec {
  readonly namespace: string;
  readonly name: string;
  readonly className: string;
  readonly host: string;
  /** `web` by default. */
  readonly serviceName?: string;
  readonly secretName?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An Ingress that sends every path of a host to port 80 of a Service. */
export function ingress({ namespace, name, className, host, serviceName = 'web', secretName, annotations = {} }: IngressSpec): KubeObject {
  const backend = { service: { name: serviceName, port: { number: 80 } } };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, namespace, annotations },
    spec: {
      ingressClassName: className,
      rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
      ...(secretName !== undefined && { tls: [{ hosts: [host], secretName }] }),
    },
  };
}

export function ingressClass(name: string, controller: string): KubeObject {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', metadata: { name }, spec: { controller } };
}

export function tlsSecret(namespace: string, name: string, { cert, key }: KeyPair): KubeObject {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/tls',
    metadata: { name, namespace },
    data: { 'tls.crt': base64(new X509Certificate(cert).toString()), 'tls.key': base64(key) },
  };
}
