import { expect, test } from 'vitest';
import { builtModel, routeOf } from '../testing/built-model.ts';
import type { Said } from '../testing/built-model.ts';
import { serverName, upstreamMaps } from './upstream-maps.ts';
import { usualWay, wayOf } from './way.ts';

function mapsOf(said: Omit<Said, 'name'>, secure = false) {
  const model = builtModel([{ name: 'a', ...said }]);
  const [upstream] = model.upstreams.filter(({ id }) => id.startsWith('shop/a:'));
  if (upstream === undefined) throw new Error('no upstream');
  return upstreamMaps(upstream, wayOf(routeOf(model, 'a.test'), secure), '');
}

test('an upstream without wishes needs no record; its servers are called by their addresses', () => {
  const { entry, records, backend } = mapsOf({ addresses: ['10.0.0.2', '10.0.0.1'] });
  expect(entry).toEqual([expect.stringMatching(new RegExp(`^shop/a:[a-z0-9]+,${usualWay.key}$`)), `${backend.name},2,-`]);
  expect(records).toEqual([]);
  expect(backend.name).toMatch(/^b_[0-9a-f]{24}$/);
  expect(backend.dynamic).toBe(true);
  expect(backend.servers.map(({ name, address }) => [name, address])).toEqual(
    ['10.0.0.1:8080', '10.0.0.2:8080'].map((address) => [address, address]),
  );
});

test.each<[string, Omit<Said, 'name'>]>([
  ['affinity', { annotations: { affinity: 'cookie' } }],
  ['a hash', { annotations: { 'upstream-hash-by': '$request_uri' } }],
])('with %s Lua knows the endpoints', (_, said) => {
  const { entry, records } = mapsOf(said);
  const [[digest] = []] = records;
  expect(entry[1]).toBe(`${mapsOf(said).backend.name},1,${digest}`);
  expect(decodeURIComponent(records.map(([, value]) => value).join(''))).toContain('10.0.0.1:8080');
});

test('a name is looked up while HAProxy runs, which no command can begin', () => {
  const { backend } = mapsOf({ externalName: 'example.com' });
  expect(backend.dynamic).toBe(false);
  expect(backend.servers.map(({ parameters }) => parameters)).toEqual(['resolvers sluice init-addr libc,none']);
});

test('two ways to one upstream are two backends', () => {
  const [plain, secure] = [mapsOf({}), mapsOf({}, true)];
  expect(secure.entry[0]).not.toBe(plain.entry[0]);
  expect(secure.backend.name).not.toBe(plain.backend.name);
  expect(secure.backend.servers[0]?.parameters).toBe('ssl verify none');
});

test('no endpoint: a backend without servers', () => {
  expect(mapsOf({ addresses: [] }).entry[1]).toMatch(/^b_[0-9a-f]{24},0,-$/);
});

test('what cannot stand in a name of a server is a line below', () => {
  expect([serverName('[::1]:80'), serverName('a_b.c-d:8'), serverName('é%/ x')]).toEqual(['_::1_:80', 'a_b.c-d:8', '____x']);
});
