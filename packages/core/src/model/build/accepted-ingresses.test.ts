import { expect, test } from 'vitest';
import { explain } from '../../evaluate/explain.ts';
import { annotatedIngress, servedIngresses, serviceObjects } from '../../testing/served-ingresses.ts';
import { SnapshotStore } from '../../watch/snapshot-store.ts';
import { ModelBuilder } from './build-model.ts';
import { defaultModelOptions } from './model-options.ts';

const broken = annotatedIngress('shop', { 'temporal-redirect-code': 'many' }, {}, 'b');
const ask = { url: 'http://shop.test/' };

test('an Ingress that is invalid from the start is not served', () => {
  const served = servedIngresses(broken);
  expect(served.ask(ask)).toMatchObject({ routed: false, status: 404 });
  expect(served.build().diagnostics.map(({ code }) => code)).toEqual(['SLU1505']);
});

test('an Ingress that becomes invalid is served as it was, until it is valid again', () => {
  const served = servedIngresses(annotatedIngress('shop', {}, {}, 'a'));
  expect(served.ask(ask)).toMatchObject({ upstream: { id: 'default/a:80' } });
  served.put(broken);
  expect(served.ask(ask)).toMatchObject({ upstream: { id: 'default/a:80' } });
  expect(served.ask(ask)).toMatchObject({ upstream: { id: 'default/a:80' } });
  expect(served.build().diagnostics.map(({ code }) => code)).toEqual(['SLU1505', 'SLU1512']);
  served.put(annotatedIngress('shop', {}, {}, 'c'));
  expect(served.ask(ask)).toMatchObject({ upstream: { id: 'default/c:80' } });
  expect(served.build().diagnostics).toEqual([]);
});

test('nothing is remembered of an Ingress that was deleted, or left the class', () => {
  const served = servedIngresses(annotatedIngress('shop', {}));
  served.build();
  served.store.change([{ kind: 'delete', ref: { kind: 'Ingress', namespace: 'default', name: 'shop' } }]);
  served.build();
  served.put(broken);
  expect(served.ask(ask)).toMatchObject({ status: 404 });
  served.put(annotatedIngress('shop', {}));
  served.build();
  served.put(annotatedIngress('shop', {}, { ingressClassName: 'other' }));
  expect(served.ask(ask)).toMatchObject({ status: 404 });
  served.put(broken);
  expect(served.ask(ask)).toMatchObject({ status: 404 });
});

test.each([
  [false, { upstream: { id: 'default/a:80' } }, []],
  [true, { status: 404 }, ['SLU1105']],
])('with catch-alls disabled %s, an Ingress with a default backend', (disableCatchAll, outcome, codes) => {
  const store = new SnapshotStore();
  const defaultBackend = { service: { name: 'b', port: { number: 80 } } };
  const objects = [...serviceObjects('a'), ...serviceObjects('b'), annotatedIngress('shop', {}, { defaultBackend })];
  store.change(objects.map((object) => ({ kind: 'put', object })));
  const { model, diagnostics } = new ModelBuilder({ ...defaultModelOptions, disableCatchAll }).build(store.snapshot());
  expect(explain(model, ask)).toMatchObject(outcome);
  expect(diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code)).toEqual(codes);
});

test('an Ingress that gets a default backend where none is allowed is not served as it was before', () => {
  const store = new SnapshotStore();
  const builder = new ModelBuilder({ ...defaultModelOptions, disableCatchAll: true });
  const put = (...objects: readonly object[]) => store.change(objects.map((object) => ({ kind: 'put', object })));
  put(...serviceObjects('a'), annotatedIngress('shop', {}));
  expect(explain(builder.build(store.snapshot()).model, ask)).toMatchObject({ upstream: { id: 'default/a:80' } });
  put(annotatedIngress('shop', {}, { defaultBackend: { service: { name: 'a', port: { number: 80 } } } }));
  expect(explain(builder.build(store.snapshot()).model, ask)).toMatchObject({ status: 404 });
});
