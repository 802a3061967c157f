import type { ObjectRef } from '@sluice/core';

/** A kind as the API serves it. */
export interface Resource {
  readonly kind: string;
  readonly apiVersion: string;
  /** Name in URLs and in rules of RBAC, such as `ingresses`. */
  readonly plural: string;
  readonly namespaced: boolean;
}

const resource = (kind: string, apiVersion: string, plural: string, namespaced = true): Resource => ({
  kind,
  apiVersion,
  plural,
  namespaced,
});

export const resources = {
  Ingress: resource('Ingress', 'networking.k8s.io/v1', 'ingresses'),
  IngressClass: resource('IngressClass', 'networking.k8s.io/v1', 'ingressclasses', false),
  Service: resource('Service', 'v1', 'services'),
  EndpointSlice: resource('EndpointSlice', 'discovery.k8s.io/v1', 'endpointslices'),
  Secret: resource('Secret', 'v1', 'secrets'),
  ConfigMap: resource('ConfigMap', 'v1', 'configmaps'),
  Namespace: resource('Namespace', 'v1', 'namespaces', false),
  Node: resource('Node', 'v1', 'nodes', false),
  Pod: resource('Pod', 'v1', 'pods'),
  Lease: resource('Lease', 'coordination.k8s.io/v1', 'leases'),
  Event: resource('Event', 'events.k8s.io/v1', 'events'),
} as const;

/** Path of a collection; of all namespaces without one. */
export function collectionPath({ apiVersion, plural, namespaced }: Resource, namespace?: string): string {
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return `${group}${namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : ''}/${plural}`;
}

export function objectPath(of: Resource, { namespace, name }: Pick<ObjectRef, 'namespace' | 'name'>): string {
  return `${collectionPath(of, namespace)}/${encodeURIComponent(name)}`;
}

/** The part of an object that every kind has. */
export interface ApiObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly resourceVersion?: string;
    readonly uid?: string;
    /** Who wrote which fields, and when, to the second (Kubernetes, "Server-Side Apply"). */
    readonly managedFields?: readonly { readonly time?: string; readonly subresource?: string }[];
  };
}

export interface ApiList {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly ApiObject[] | null;
}

/** `namespace/name`, or the name of what has no namespace. */
export function keyOf({ metadata: { namespace, name } }: ApiObject): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

export function refOfKey(kind: string, key: string): ObjectRef {
  const slash = key.indexOf('/');
  return { kind, namespace: slash < 0 ? '' : key.slice(0, slash), name: key.slice(slash + 1) };
}
