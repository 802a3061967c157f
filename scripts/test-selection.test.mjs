import { expect, test } from 'vitest';
import { mayNeedNginx, testFiles } from './test-selection.mjs';
import { ROOT } from './workspace-node.mjs';

const files = ['packages/core/src/a.test.ts', 'packages/renderer-nginx/src/b.test.ts', 'e2e/c.test.ts', 'scripts/d.test.mjs'];

test.each([
  ['everything', [], true],
  ['a folder that runs no nginx', ['packages/core'], false],
  ['a folder with a dot before it', ['./packages/core'], false],
  ['the backend', ['packages/renderer'], true],
  ['a part of a path', ['c.test'], true],
  ['several words', ['packages/core', 'e2e'], true],
  ['only a name', ['-t', 'packages/core'], true],
  ['a name in a folder', ['packages/core', '-t', 'e2e'], false],
  ['what is not understood', ['--odd', 'value'], true],
])('%s', (_name, args, expected) => {
  expect(mayNeedNginx(args, files)).toBe(expected);
});

test('the files are those of the checkout', () => {
  const found = testFiles(ROOT);
  expect(found).toContain('scripts/test-selection.test.mjs');
  expect(found.filter((file) => /node_modules|fixtures|dist/.test(file))).toEqual([]);
});
