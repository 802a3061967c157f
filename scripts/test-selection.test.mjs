import { expect, test } from 'vitest';
import { neededProxies, testFiles } from './test-selection.mjs';
import { ROOT } from './workspace-node.mjs';

const files = [
  'packages/core/src/a.test.ts',
  'packages/renderer-nginx/src/b.test.ts',
  'packages/renderer-haproxy/src/h.test.ts',
  'e2e/c.test.ts',
  'e2e/monitoring/m.test.ts',
  'scripts/d.test.mjs',
];

const both = ['nginx', 'haproxy'];
const withPebble = [...both, 'pebble'];
const all = [...withPebble, 'prometheus'];

test.each([
  ['everything', [], all],
  ['a folder that runs no proxy', ['packages/core'], []],
  ['a folder with a dot before it', ['./packages/core'], []],
  ['the backends', ['packages/renderer'], both],
  ['one backend', ['renderer-haproxy'], ['haproxy']],
  ['the other one', ['renderer-nginx'], ['nginx']],
  ['a part of a path', ['c.test'], withPebble],
  ['several words', ['packages/core', 'e2e'], all],
  ['only a name', ['-t', 'packages/core'], all],
  ['a name in a folder', ['packages/core', '-t', 'e2e'], []],
  ['what is not understood', ['--odd', 'value'], all],
])('%s', (_name, args, expected) => {
  expect(neededProxies(args, files)).toEqual(expected);
});

test('the files are those of the checkout', () => {
  const found = testFiles(ROOT);
  expect(found).toContain('scripts/test-selection.test.mjs');
  expect(found.filter((file) => /(?:^|\/)(?:node_modules|fixtures|dist)\//.test(file))).toEqual([]);
});
