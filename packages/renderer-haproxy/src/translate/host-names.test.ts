import { expect, test } from 'vitest';
import { builtModel } from '../testing/built-model.ts';
import type { Said } from '../testing/built-model.ts';
import { hostMaps } from './host-maps.ts';
import { hostNames } from './host-names.ts';

function names(...said: readonly Said[]) {
  const hosts = builtModel(said).virtualHosts.map((host) => ({ host, maps: hostMaps(host, 443) }));
  const called = new Map(hosts.map(({ host, maps }) => [maps.digest, host.name]));
  const { entries, others } = hostNames(hosts);
  const leads = Object.fromEntries(entries.map(([key, digest]) => [key, digest === others?.digest ? 'others' : called.get(digest)]));
  return { leads, others: others?.entries.map(([, value]) => decodeURIComponent(value)).join('') };
}

test('names lead to hosts, wildcards by their suffix, and all others to the catch-all host', () => {
  expect(names({ name: 'a' }, { name: 'w', host: '*.w.test' }).leads).toEqual({ 'a.test': 'a.test', '*.w.test': '*.w.test', '|any': '*' });
});

test('an alias is a name of its host, but never takes that of another one', () => {
  const aliased = { 'server-alias': 'b.test, c.test' };
  expect(names({ name: 'a', annotations: aliased }, { name: 'b' }).leads).toEqual({
    'a.test': 'a.test',
    'b.test': 'b.test',
    'c.test': 'a.test',
    '|any': '*',
  });
});

test('where an alias is no name, wildcards and aliases are looked at one by one, longest first', () => {
  const { leads, others } = names(
    { name: 'a', annotations: { 'server-alias': '~^x\\d+\\.test$, *.deep.w.test' } },
    { name: 'w', host: '*.w.test' },
  );
  expect(leads).toMatchObject({ '|others': 'others', '*.w.test': '*.w.test' });
  const kinds = [...(others ?? '').matchAll(/4:kind\d+:([a-z]+)/g)].map(([, kind]) => kind);
  expect(kinds).toEqual(['suffix', 'wildcard', 'regex']);
});
