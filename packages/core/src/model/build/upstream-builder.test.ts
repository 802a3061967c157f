import { expect, test } from 'vitest';
import { annotatedIngress } from '../../testing/served-ingresses.ts';
import { SnapshotStore } from '../../watch/snapshot-store.ts';
import { ModelBuilder } from './build-model.ts';
import { defaultModelOptions } from './model-options.ts';

const outside = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'a' },
  spec: { type: 'ExternalName', externalName: 'api.example.com', ports: [{ port: 80 }] },
};

test.each([
  [false, 1, []],
  [true, 0, ['SLU1305']],
])('with external names disabled %s, a Service of that type has %i endpoints', (disableExternalName, endpoints, codes) => {
  const store = new SnapshotStore();
  store.change([outside, annotatedIngress('shop', {})].map((object) => ({ kind: 'put', object })));
  const { model, diagnostics } = new ModelBuilder({ ...defaultModelOptions, disableExternalName }).build(store.snapshot());
  expect(model.upstreams[0]?.endpoints).toHaveLength(endpoints);
  expect(diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code)).toEqual(codes);
});
