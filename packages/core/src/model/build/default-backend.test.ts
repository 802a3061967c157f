import { expect, test } from 'vitest';
import { explain } from '../../evaluate/explain.ts';
import { annotatedIngress, serviceObjects } from '../../testing/served-ingresses.ts';
import { SnapshotStore } from '../../watch/snapshot-store.ts';
import { ModelBuilder } from './build-model.ts';
import { defaultModelOptions } from './model-options.ts';

/** `/sub` of shop.test is a's, nothing else is anybody's. */
const shop = annotatedIngress(
  'shop',
  {},
  {
    rules: [
      {
        host: 'shop.test',
        http: { paths: [{ path: '/sub', pathType: 'Prefix', backend: { service: { name: 'a', port: { number: 80 } } } }] },
      },
    ],
  },
);

function served(defaultBackendService: string, ...objects: readonly object[]) {
  const store = new SnapshotStore();
  const builder = new ModelBuilder({ ...defaultModelOptions, defaultBackendService });
  const put = (...more: readonly object[]) => store.change(more.map((object) => ({ kind: 'put', object })));
  put(...serviceObjects('a'), shop, ...objects);
  const build = () => builder.build(store.snapshot());
  return {
    builder,
    put,
    build,
    ask: (url: string) => explain(build().model, { url }),
    codes: () =>
      build()
        .diagnostics.filter(({ severity }) => severity !== 'info')
        .map(({ code, object }) => `${code} ${object.kind} ${object.name}`),
  };
}

test.each(['http://unknown.test/', 'http://shop.test/other'])('%s, which no rule takes, goes to the Service', (url) => {
  const { ask, codes } = served('default/errors', ...serviceObjects('errors'));
  expect(ask(url)).toMatchObject({ outcome: 'forward', upstream: { id: 'default/errors:80' } });
  expect(ask('http://shop.test/sub')).toMatchObject({ upstream: { id: 'default/a:80' } });
  expect(codes()).toEqual([]);
});

test('an Ingress with a default backend decides before it', () => {
  const all = annotatedIngress('all', {}, { rules: [], defaultBackend: { service: { name: 'a', port: { number: 80 } } } });
  const { ask } = served('default/errors', ...serviceObjects('errors'), all);
  expect(ask('http://unknown.test/')).toMatchObject({ upstream: { id: 'default/a:80' } });
  expect(ask('http://shop.test/other')).toMatchObject({ upstream: { id: 'default/errors:80' } });
});

test('a rule for every host decides before it', () => {
  const backend = { service: { name: 'a', port: { number: 80 } } };
  const all = annotatedIngress('all', {}, { rules: [{ http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }] });
  const { ask } = served('default/errors', ...serviceObjects('errors'), all);
  expect(ask('http://unknown.test/')).toMatchObject({ upstream: { id: 'default/a:80' } });
});

test('without the Service, or without an endpoint of it, 404 is answered and told', () => {
  const { ask, codes, put } = served('default/errors');
  expect(ask('http://unknown.test/')).toMatchObject({ status: 404 });
  expect(codes()).toEqual(['SLU1301 Service errors']);
  put(...serviceObjects('errors', false));
  expect(ask('http://unknown.test/')).toMatchObject({ status: 404 });
  expect(codes()).toEqual(['SLU1303 Service errors']);
  put(...serviceObjects('errors'));
  expect(ask('http://unknown.test/')).toMatchObject({ upstream: { id: 'default/errors:80' } });
});

test('without the option nothing of it is there', () => {
  const { ask, build } = served('', ...serviceObjects('errors'));
  expect(ask('http://unknown.test/')).toMatchObject({ status: 404 });
  expect(build().model.upstreams.map(({ id }) => id)).toEqual(['default/a:80']);
});

test('what did not change is not built again', () => {
  const { builder, build, put } = served('default/errors', ...serviceObjects('errors'));
  const before = build().model;
  const built = [builder.builtHosts, builder.builtUpstreams];
  put(...serviceObjects('b'));
  expect(build().model.virtualHosts.every((host, index) => host === before.virtualHosts[index])).toBe(true);
  expect([builder.builtHosts, builder.builtUpstreams]).toEqual(built);
});
