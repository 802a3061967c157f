import { expect, test } from 'vitest';
import { ModelBuilder } from '../model/build/build-model.ts';
import { defaultModelOptions } from '../model/build/model-options.ts';
import { SnapshotStore } from '../watch/snapshot-store.ts';
import { compileRoutes } from './compile.ts';
import { routedRequest } from '../testing/routed-request.ts';
import type { Verdict } from './verdict.ts';

const service = { name: 'a', port: { number: 80 } };

/** What becomes of a request with long headers and a long path for an Ingress with these annotations. */
function verdictFor(annotations: Readonly<Record<string, string>>, target = `/${'a'.repeat(4000)}b`): Verdict {
  const prefixed = Object.fromEntries(Object.entries(annotations).map(([key, value]) => [`nginx.ingress.kubernetes.io/${key}`, value]));
  const objects = [
    { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' }, spec: { ports: [{ name: 'http', port: 80 }] } },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'a-1', labels: { 'kubernetes.io/service-name': 'a' } },
      ports: [{ name: 'http', port: 80 }],
      endpoints: [{ addresses: ['127.0.0.1'] }],
    },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'a', annotations: prefixed },
      spec: {
        ingressClassName: 'nginx',
        rules: [{ host: 'a.test', http: { paths: [{ path: '/', pathType: 'ImplementationSpecific', backend: { service } }] } }],
      },
    },
  ];
  const store = new SnapshotStore();
  store.change(objects.map((object) => ({ kind: 'put', object })));
  const request = routedRequest({ host: 'a.test', target, header: () => `${'a'.repeat(8000)}b` });
  return compileRoutes(new ModelBuilder(defaultModelOptions).build(store.snapshot()).model).decide(request);
}

test.each<[string, Readonly<Record<string, string>>]>([
  ['a header of thousands of variables', { 'configuration-snippet': `more_set_headers "X: ${'$http_a'.repeat(9000)}";` }],
  ['rewrites that double the path', { 'configuration-snippet': 'rewrite ^(.*)$ $1$1;\n'.repeat(60) }],
  ['conditions that backtrack', { 'configuration-snippet': 'if ($http_a ~ (a+)+$) { return 403; }\n'.repeat(50) }],
  ['thousands of directives', { 'configuration-snippet': 'more_set_headers "X: y";\n'.repeat(5000) }],
  ['blocks in blocks', { 'configuration-snippet': `${'if ($a) {'.repeat(5000)}${'}'.repeat(5000)}` }],
  ['a hundred kilobytes', { 'cors-allow-origin': 'a,'.repeat(50_000), 'enable-cors': 'true' }],
])('%s: answered, in little time and memory', (_, annotations) => {
  const startMs = performance.now();
  const verdict = verdictFor(annotations);
  expect(performance.now() - startMs).toBeLessThan(2000);
  expect(JSON.stringify(verdict.kind === 'forward' ? [verdict.rewritten, verdict.responseEdits] : verdict).length).toBeLessThan(300_000);
});
