import { ModelBuilder, SnapshotStore, compileRoutes, defaultModelOptions } from '@sluice/core';
import type { RoutingModel } from '@sluice/core';
import type { ServingGeneration } from '../proxy-context.ts';

/** The model of an Ingress for the host `a.test` with these annotations (without prefix) in front of a port of this machine. */
export function annotatedModel(port: number, annotations: Readonly<Record<string, string>>, objects: readonly object[] = []): RoutingModel {
  const prefixed = Object.fromEntries(Object.entries(annotations).map(([key, value]) => [`nginx.ingress.kubernetes.io/${key}`, value]));
  const backend = { service: { name: 'a', port: { number: 80 } } };
  const written = [
    { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' }, spec: { ports: [{ name: 'http', port: 80 }] } },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'a-1', labels: { 'kubernetes.io/service-name': 'a' } },
      ports: [{ name: 'http', port }],
      endpoints: [{ addresses: ['127.0.0.1'] }],
    },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'a', annotations: prefixed },
      spec: { ingressClassName: 'nginx', rules: [{ host: 'a.test', http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }] },
    },
    ...objects,
  ];
  const store = new SnapshotStore();
  store.change(written.map((object) => ({ kind: 'put', object })));
  return new ModelBuilder(defaultModelOptions).build(store.snapshot()).model;
}

/** Serves a model without certificates. */
export function generationOf(model: RoutingModel): ServingGeneration {
  return {
    digest: JSON.stringify(model),
    routes: compileRoutes(model),
    upstreams: model.upstreams,
    secureContextFor: () => {
      throw new Error('this fixture has no certificates');
    },
  };
}
