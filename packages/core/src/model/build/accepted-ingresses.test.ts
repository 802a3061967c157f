import { expect, test } from 'vitest';
import { annotatedIngress, servedIngresses } from '../../testing/served-ingresses.ts';

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
