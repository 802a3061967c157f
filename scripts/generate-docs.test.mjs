import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { errorsPage, generatedDocs, spansPage } from './generated-docs.mjs';

const docs = await generatedDocs();

test.each(docs.map(({ path, text }) => [basename(path), path, text]))(
  'docs/%s says what the code says: npm run docs',
  (_name, path, text) => {
    expect(readFileSync(path, 'utf8')).toBe(text);
  },
);

test('every code of the table is a heading of docs/errors.md, and no other is', async () => {
  const { problems } = await import('@sluice/core');
  const page = readFileSync(docs.find(({ path }) => path.endsWith('errors.md')).path, 'utf8');
  const headings = [...page.matchAll(/^### (SLU\d+): /gm)].map((match) => match[1]);
  expect(new Set(headings)).toEqual(new Set(Object.keys(problems)));
});

test('every span and attribute is in docs/spans.md, and no other is', async () => {
  const { spanAttributes, spanNames } = await import('@sluice/core');
  const page = readFileSync(docs.find(({ path }) => path.endsWith('spans.md')).path, 'utf8');
  const names = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1]);
  expect(new Set(names)).toEqual(new Set(Object.values({ ...spanNames, ...spanAttributes })));
});

test('the 85 flags of ingress-nginx are in docs/flags.md, each once', () => {
  const page = readFileSync(docs.find(({ path }) => path.endsWith('flags.md')).path, 'utf8');
  const names = [...page.matchAll(/^\| `--([^`]+)` \|/gm)].map((match) => match[1]);
  expect([names.length, new Set(names).size]).toEqual([85, 85]);
});

describe('tables that the generator does not know enough about', () => {
  test('a code of a new family', () => {
    const problem = { title: 'New', severity: 'error', retryable: false, help: 'wait' };
    expect(() => errorsPage({ SLU1001: problem, SLU9001: problem })).toThrow('SLU9001');
  });

  test('a span without a description, and a description without its span', () => {
    expect(() => spansPage({ dream: 'sluice.dream' }, {})).toThrow(/^dream, reconcile, /);
  });
});
