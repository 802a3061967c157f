import { expect, test } from 'vitest';
import { spares, testBackend } from '../testing/haproxy-bench.ts';
import type { BackendSection, HaproxyTable } from '../render/haproxy-table.ts';
import { planBackends } from './backend-plan.ts';
import { freshlyLoaded } from './loaded.ts';
import { wordsOf } from './server-update.ts';

function loaded(backends: readonly BackendSection[]) {
  const table: HaproxyTable = { digest: '', frame: [], backends, maps: [], certificates: [], certificateLines: [], files: [] };
  return freshlyLoaded('id', table);
}

test('a backend that comes back takes its own section again', () => {
  const [a, b] = [testBackend('a', [1]), testBackend('b', [2])];
  const first = planBackends(loaded([a, ...spares(1)]), [b, ...spares(1)]);
  expect([...first.places]).toEqual([['b', 'spare-plain-0']]);
  expect(first.removed.map(({ backend, server }) => `${backend}/${server.name}`)).toEqual(['a/s1']);
  const again = planBackends({ ...loaded([a, ...spares(1)]), ...first }, [a, b]);
  expect([...again.places]).toEqual([
    ['b', 'spare-plain-0'],
    ['a', 'a'],
  ]);
  expect(again.reload).toEqual([]);
});

test('the section of one that is gone becomes a spare one, and its servers go', () => {
  const plan = planBackends(loaded([testBackend('a', [1])]), [testBackend('b', [1, 2])]);
  expect([...plan.places]).toEqual([['b', 'a']]);
  expect(plan.removed).toEqual([]);
  expect(plan.added.map(({ server }) => server.name)).toEqual(['s2']);
});

test('servers that HAProxy has to look up are never added to a spare backend', () => {
  const names = testBackend('a', [1], { dynamic: false });
  expect(planBackends(loaded([...spares(2)]), [names]).reload).toEqual(['backend of a is new, and its servers cannot be added later']);
  const same = planBackends(loaded([testBackend('a', [1])]), [names]);
  expect(same.reload.length).toBe(1);
  expect(planBackends(loaded([names]), [names])).toMatchObject({ reload: [], unplaced: [], changed: [], added: [], removed: [] });
  expect(planBackends(loaded([names, ...spares(1)]), [testBackend('a', [1])]).reload).toEqual([]);
});

test('words of the configuration are given to the command line without their quotes', () => {
  expect(wordsOf(`ssl sni str(a.test) ciphers 'A:!B c' x"y z"'"'w \\ \\;`)).toEqual([
    'ssl',
    'sni',
    'str(a.test)',
    'ciphers',
    'A:!B c',
    'xy z"w',
    ' ;',
  ]);
  expect(wordsOf('')).toEqual([]);
});
