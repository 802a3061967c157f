import { ModelBuilder, SnapshotStore, defaultModelOptions } from '@sluice/core';
import type { Route, RoutingModel, VirtualHost } from '@sluice/core';
import { haproxyOptions } from '../options.ts';
import type { Deployment } from '../translate/deployment.ts';

/** What is the same for all hosts of a test. */
export const testDeployment: Deployment = {
  version: '2.6.12',
  http: [{ host: '127.0.0.1', port: 8080 }],
  https: [{ host: '127.0.0.1', port: 8443 }],
  ipv6: false,
  settings: haproxyOptions.parse({ spareBackends: 1 }),
  logsRequests: true,
};

/** What an Ingress of a test says; everything is in the namespace `shop`. */
export interface Said {
  /** Of the Ingress, its host `NAME.test`, its Service and its TLS secret, as far as nothing else is said. */
  readonly name: string;
  readonly host?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly paths?: readonly (readonly [path: string, pathType: string])[];
  readonly addresses?: readonly string[];
  readonly externalName?: string;
  /** Names a secret. */
  readonly tls?: string;
}

/** The model of Ingresses and whatever else is there. */
export function builtModel(said: readonly Said[], more: readonly object[] = []): RoutingModel {
  const store = new SnapshotStore();
  store.change([...more, ...said.flatMap(objectsOf)].map((object) => ({ kind: 'put', object })));
  return new ModelBuilder({ ...defaultModelOptions, annotationsRiskLevel: 'Critical' }).build(store.snapshot()).model;
}

/** A Secret of texts. */
export function secretOf(name: string, data: Readonly<Record<string, string>>, type = 'Opaque'): object {
  const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  return { apiVersion: 'v1', kind: 'Secret', type, metadata: { name, namespace: 'shop' }, data: Object.fromEntries(encoded) };
}

/** A host of a model. */
export function hostOf({ virtualHosts }: RoutingModel, name: string): VirtualHost {
  const found = virtualHosts.find((host) => host.name === name);
  if (found === undefined) throw new Error(`no host ${name}`);
  return found;
}

/** The first route of a host. */
export function routeOf(model: RoutingModel, name: string): Route {
  const [route] = hostOf(model, name).routes;
  if (route === undefined) throw new Error(`${name} has no route`);
  return route;
}

function objectsOf({ name, host, annotations = {}, paths = [['/', 'Prefix']], addresses, externalName, tls }: Said): readonly object[] {
  const metadata = { name, namespace: 'shop' };
  const prefixed = Object.entries(annotations).map(([key, value]) => [`nginx.ingress.kubernetes.io/${key}`, value]);
  const backend = { service: { name, port: { number: 80 } } };
  const hosts = host ?? `${name}.test`;
  const ports = [{ name: 'http', port: 80 }];
  const service = externalName === undefined ? { ports } : { type: 'ExternalName', externalName, ports };
  return [
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { ...metadata, annotations: Object.fromEntries(prefixed) },
      spec: {
        ingressClassName: 'nginx',
        ...(tls !== undefined && { tls: [{ hosts: [hosts], secretName: tls }] }),
        rules: [{ ...(hosts !== '*' && { host: hosts }), http: { paths: paths.map(([path, pathType]) => ({ path, pathType, backend })) } }],
      },
    },
    { apiVersion: 'v1', kind: 'Service', metadata, spec: service },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { ...metadata, labels: { 'kubernetes.io/service-name': name } },
      addressType: 'IPv4',
      ports: [{ name: 'http', port: 8080 }],
      endpoints: (addresses ?? ['10.0.0.1']).map((address) => ({ addresses: [address] })),
    },
  ];
}
