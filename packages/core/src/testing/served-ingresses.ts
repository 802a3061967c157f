import { explain } from '../evaluate/explain.ts';
import type { WrittenRequest } from '../evaluate/request-of.ts';
import { ANNOTATION_PREFIX } from '../model/annotations/ingress-settings.ts';
import { ModelBuilder } from '../model/build/build-model.ts';
import { defaultModelOptions } from '../model/build/model-options.ts';
import type { Policy } from '../model/policy/policy.ts';
import { SnapshotStore } from '../watch/snapshot-store.ts';

/** A Service with one endpoint, or with none. */
export function serviceObjects(name: string, ready = true): readonly object[] {
  const labels = { 'kubernetes.io/service-name': name };
  return [
    { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { ports: [{ name: 'http', port: 80, targetPort: 8080 }] } },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: `${name}-1`, labels },
      ports: [{ name: 'http', port: 8080 }],
      endpoints: [{ addresses: ['127.0.0.1'], conditions: { ready } }],
    },
  ];
}

/** An Ingress for the host `NAME.test` with these annotations, written without prefix. */
export function annotatedIngress(name: string, annotations: Readonly<Record<string, string>>, spec: object = {}, service = 'a'): object {
  const backend = { service: { name: service, port: { number: 80 } } };
  const prefixed = Object.entries(annotations).map(([key, value]) => [ANNOTATION_PREFIX + key, value] as const);
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, annotations: Object.fromEntries(prefixed) },
    spec: {
      ingressClassName: 'nginx',
      rules: [{ host: `${name}.test`, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
      ...spec,
    },
  };
}

/** A model of these objects and the Services `a`, `b` and `c`, changed by `put`, with short questions about it. */
export function servedIngresses(...objects: readonly object[]) {
  const store = new SnapshotStore();
  const builder = new ModelBuilder(defaultModelOptions);
  const put = (...more: readonly object[]) => store.change(more.map((object) => ({ kind: 'put', object })));
  const nginx = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: 'nginx' },
    spec: { controller: 'k8s.io/ingress-nginx' },
  };
  put(nginx, ...['a', 'b', 'c'].flatMap((name) => serviceObjects(name)), ...objects);
  const build = () => builder.build(store.snapshot());
  return {
    store,
    put,
    build,
    ask: (request: WrittenRequest) => explain(build().model, request),
    /** Policies of the last route of a host. */
    policies: (host: string): readonly Policy[] =>
      build()
        .model.virtualHosts.find(({ name }) => name === host)
        ?.routes.at(-1)?.policies ?? [],
    /** `code: message` of every finding about annotations. */
    findings: () =>
      build()
        .diagnostics.filter(({ field }) => field.includes('annotations'))
        .map(({ code, message }) => `${code}: ${message}`),
  };
}
