/** The labels of a series of requests, as ingress-nginx has them; `host` is there where series are kept by host. */
export interface RequestLabels {
  readonly status: string;
  readonly method: string;
  /** The path as its Ingress writes it. */
  readonly path: string;
  readonly namespace: string;
  readonly ingress: string;
  readonly service: string;
  /** Name of the upstream of the canary that took the request; empty for none. */
  readonly canary: string;
  readonly host?: string;
}

/** In the order in which they are written. */
export const requestLabelNames = ['host', 'status', 'method', 'path', 'namespace', 'ingress', 'service', 'canary'] as const;

/** Methods that are a label; all others are `OTHER`, since clients can make up any number of them. */
const METHODS = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'PATCH',
  'PROPFIND',
  'MKCOL',
  'COPY',
  'MOVE',
]);

export function methodLabel(method: string): string {
  return METHODS.has(method) ? method : 'OTHER';
}

/** Name of an upstream as ingress-nginx writes it: `namespace-service-port`. */
export function upstreamName({
  namespace,
  service,
  port,
}: {
  readonly namespace: string;
  readonly service: string;
  readonly port: string;
}): string {
  return `${namespace}-${service}-${port}`;
}
