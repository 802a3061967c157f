import type { HostMatch, VirtualHost } from '@sluice/core';
import { builtIn } from '@sluice/core';
import { expect, test } from 'vitest';
import { inOrderOfNames, serverNames } from './server-name.ts';

const wildcard = (suffix: string): HostMatch => ({ kind: 'wildcard', suffix });
const expression: HostMatch = { kind: 'regex', pattern: '^x[0-9]+\\.test$' };

function host(name: string, match: HostMatch, ...aliases: readonly HostMatch[]): VirtualHost {
  return { name, match, routes: [], from: builtIn, ...(aliases.length > 0 && { aliases: { matches: aliases, from: builtIn } }) };
}

const namesInOrder = (...hosts: readonly VirtualHost[]): readonly string[] => inOrderOfNames(hosts).map(({ name }) => name);

test('the names of wildcards come before expressions of aliases', () => {
  const [any, mixed, plain, other] = [
    host('*', { kind: 'any' }, expression),
    host('*.a.test', wildcard('.a.test'), expression),
    host('*.test', wildcard('.test')),
    host('shop.test', { kind: 'exact', name: 'shop.test' }),
  ];
  expect(namesInOrder(any, mixed, plain, other)).toEqual(['*.test', '*.a.test', '*', 'shop.test']);
});

test('without such aliases the order stays', () => {
  expect(namesInOrder(host('*', { kind: 'any' }), host('*.test', wildcard('.test')))).toEqual(['*', '*.test']);
});

test('an alias that is the name of another host is left out', () => {
  const aliased = host('a.test', { kind: 'exact', name: 'a.test' }, { kind: 'exact', name: 'b.test' }, expression);
  expect(serverNames(aliased, (name) => name === 'b.test')).toEqual(['a.test', '~^x[0-9]+\\.test$']);
});
