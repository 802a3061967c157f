import { expect, test } from 'vitest';
import { testMap } from '../testing/haproxy-bench.ts';
import { mapReasons } from './change-reasons.ts';
import { planMap } from './map-plan.ts';

type Entries = Readonly<Record<string, string>>;
type Maps = Readonly<Record<string, readonly [before: Entries, after: Entries]>>;

const [OLD, NEW] = ['0'.repeat(24), '1'.repeat(24)];

function reasons(maps: Maps, moved: readonly string[] = []): readonly string[] {
  const plans = Object.entries(maps).map(([name, [before, after]]) => planMap(new Map(Object.entries(before)), testMap(name, after)));
  return mapReasons(
    plans.flatMap((plan) => plan ?? []),
    moved,
  );
}

test('hosts come, change and go by their names', () => {
  const hosts = [
    { 'a.test': '1', 'b.test': '1', '*.c.test': '1' },
    { 'a.test': '2', '*.c.test': '1', '|any': '1', 'm%C3%BCll.test': '3' },
  ] as const;
  expect(reasons({ hosts, records: [{}, { a: 'b' }] })).toEqual([
    'host * added',
    'host müll.test added',
    'host a.test changed',
    'host b.test removed',
  ]);
});

test('a few paths are named, and many are not', () => {
  const hosts = [{ 'a.test': OLD }, { 'a.test': NEW }] as const;
  const before = { [`${OLD}~/`]: '1,plan', [`${OLD}=/old`]: '0,plan', [`${OLD}~/same`]: '2,plan' };
  const after = { [`${NEW}~/`]: '1,other', [`${NEW}=/new`]: '0,plan', [`${NEW}~/same`]: '3,plan' };
  expect(reasons({ hosts, routes: [before, after] })).toEqual([
    'path / of the host a.test changed',
    'path /new of the host a.test added',
    'path /old of the host a.test removed',
  ]);
  const many = { ...after, [`${NEW}=/more`]: '4,plan' };
  expect(reasons({ hosts, routes: [before, many] })).toEqual(['host a.test changed']);
});

test('upstreams are named as other proxies name them', () => {
  const upstreams = [
    { 'shop/a:http,1': 'a,1,-', 'shop/b:http,1': 'b,1,-', 'shop/c:http,1': 'c,1,x', 'shop/d:http,1': 'd,1,-' },
    { 'shop/a:http,1': 'a,2,-', 'shop/c:http,1': 'c,1,y', 'shop/d:http,2': 'd,1,-', 'shop/e:http,1': 'e,1,-' },
  ] as const;
  expect(reasons({ upstreams }, ['shop/a:http'])).toEqual([
    'upstream shop/e:http is new',
    'upstream shop/b:http is gone',
    'endpoints of shop/a:http',
    'affinity, canary or balancing of shop/c:http',
  ]);
});

test('what has no name is called by its map', () => {
  expect(reasons({ users: [{}, { a: 'b' }] })).toEqual(['the map users changed']);
  expect(reasons({ hosts: [{ '|others': '1' }, { '|others': '2' }] })).toEqual(['aliases changed']);
  expect(reasons({})).toEqual([]);
});
