import { expect, test } from 'vitest';
import { countTests } from './test-count.mjs';

const passing = { ancestorTitles: ['', 'a suite'], title: 'passes', status: 'passed', failureMessages: [] };
const skipped = { ...passing, title: 'is skipped', status: 'skipped' };
const failing = {
  ancestorTitles: ['', 'a suite'],
  title: 'fails',
  status: 'failed',
  failureMessages: ['AssertionError: \u001B[31mexpected 1\u001B[39m\nto be 2\n    at somewhere (file.ts:1:1)\n    at elsewhere'],
};

function count(files, run = {}) {
  const testResults = files.map((file) => ({ name: '/root/e2e/a.test.ts', status: 'passed', message: '', ...file }));
  return countTests({ report: { testResults }, status: 0, skipsFail: false, root: '/root', ...run });
}

test('what passed is counted', () => {
  expect(count([{ assertionResults: [passing, passing] }])).toEqual({ notes: [], summary: '2 passed, 0 failed', ok: true });
});

test('a failed test is told once more at the end, with why', () => {
  const { notes, summary, ok } = count([{ assertionResults: [passing, failing], status: 'failed' }], { status: 1 });
  expect(notes).toEqual(['failed: e2e/a.test.ts: a suite > fails\n    AssertionError: expected 1\n    to be 2']);
  expect({ summary, ok }).toEqual({ summary: '1 passed, 1 failed', ok: false });
});

test('a file that fails around its tests is one failure', () => {
  const { notes, summary } = count([{ assertionResults: [passing], status: 'failed', message: 'no such module' }], { status: 1 });
  expect(notes).toEqual(['failed: e2e/a.test.ts\n    no such module']);
  expect(summary).toBe('1 passed, 1 failed');
});

test('long lists of failures and long messages are cut', () => {
  const long = { ...failing, failureMessages: ['x'.repeat(10_000)] };
  const { notes, summary } = count([{ assertionResults: Array.from({ length: 60 }, () => long), status: 'failed' }], { status: 1 });
  expect(notes).toHaveLength(51);
  expect(notes.at(-1)).toBe('failed: 10 more, see above');
  expect(notes.every((note) => note.length < 800)).toBe(true);
  expect(summary).toBe('0 passed, 60 failed');
});

test('skips fail where they must not be, and a run may fail without a failed test', () => {
  expect(count([{ assertionResults: [skipped] }]).summary).toBe('0 passed, 0 failed, 1 skipped');
  expect(count([{ assertionResults: [skipped] }], { skipsFail: true }).ok).toBe(false);
  expect(count([{ assertionResults: [passing] }], { status: 1 })).toMatchObject({ summary: '1 passed, 1 failed', ok: false });
});
