import { compileRoutes, defaultModelOptions, ModelBuilder, SnapshotStore } from '@sluice/core';
import type { ServingGeneration } from '../proxy-context.ts';
import { generation } from './routing-fixture.ts';

const PREFIX = 'nginx.ingress.kubernetes.io/';

/** A Service whose endpoints are ports of this machine. */
export function serviceAt(name: string, ...ports: readonly number[]): readonly object[] {
  const slices = ports.map((port) => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${name}-${port}`, labels: { 'kubernetes.io/service-name': name } },
    ports: [{ name: 'http', port }],
    endpoints: [{ addresses: ['127.0.0.1'] }],
  }));
  return [{ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { ports: [{ name: 'http', port: 80 }] } }, ...slices];
}

/** An Ingress that sends everything of `host` to a Service; annotations without prefix. */
export function ingressFor(host: string, service: string, annotations: Readonly<Record<string, string>>): object {
  const backend = { service: { name: service, port: { number: 80 } } };
  const prefixed = Object.entries(annotations).map(([key, value]) => [PREFIX + key, value] as const);
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: host.split('.')[0], annotations: Object.fromEntries(prefixed) },
    spec: { ingressClassName: 'nginx', rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }] },
  };
}

/** What is served for these objects. */
export function generationOf(...objects: readonly object[]): ServingGeneration {
  const store = new SnapshotStore();
  store.change(objects.map((object) => ({ kind: 'put', object })));
  const { model } = new ModelBuilder(defaultModelOptions).build(store.snapshot());
  return { ...generation({}), routes: compileRoutes(model), upstreams: model.upstreams };
}
