import { expect, test } from 'vitest';
import type { RoutingModel } from '../model/routing-model.ts';
import { certificateFor, certificateNames } from './certificate-names.ts';

const from = { object: { kind: 'Ingress', namespace: 'shop', name: 'web' }, field: 'spec' };

/** A model of hosts, `name: certificate`, with the names that a certificate covers. */
function names(hosts: Record<string, string | undefined>, covered: Record<string, readonly string[]>, aliases: readonly string[] = []) {
  const model = {
    virtualHosts: Object.entries(hosts).map(([name, certificate]) => ({
      name,
      tls: { certificate, from },
      aliases: { matches: aliases.map((alias) => ({ kind: 'exact', name: alias })), from },
    })),
    certificates: Object.entries(covered).map(([id, list]) => ({ id, names: list })),
  } as unknown as RoutingModel;
  const map = certificateNames(model);
  return (serverName: string | undefined) => certificateFor(map, serverName)?.id;
}

test('the name itself comes before the wildcard above it, whatever its case and dots', () => {
  const find = names({ 'a.test': 'shop/a', '*.test': 'shop/any' }, { 'shop/a': [], 'shop/any': [] });
  expect(find('a.test')).toBe('shop/a');
  expect(find('A.Test.')).toBe('shop/a');
  expect(find('b.test')).toBe('shop/any');
  expect(find('b.c.test')).toBeUndefined();
  expect(find('test')).toBeUndefined();
  expect(find('a..test')).toBeUndefined();
  expect(find(undefined)).toBeUndefined();
});

test('a host with the default certificate does not get that of the wildcard', () => {
  const find = names({ 'a.test': undefined, '*.test': 'shop/any' }, { 'shop/any': [] });
  expect(find('a.test')).toBeUndefined();
});

test('an alias has the certificate of its host where that lists it', () => {
  const find = names({ 'a.test': 'shop/a', 'own.test': undefined }, { 'shop/a': ['*.alias.test'] }, [
    'x.alias.test',
    'other.test',
    'own.test',
  ]);
  expect(find('x.alias.test')).toBe('shop/a');
  expect(find('other.test')).toBeUndefined();
  expect(find('own.test')).toBeUndefined();
});

test('names without a certificate have the default one where a Secret holds it', () => {
  const find = names({ '*': 'tls/standard', 'a.test': 'shop/a', 'b.test': undefined }, { 'shop/a': [], 'tls/standard': [] });
  for (const name of ['b.test', 'c.test', 'a..test', '*', undefined]) expect(find(name)).toBe('tls/standard');
  expect(find('a.test')).toBe('shop/a');
});
