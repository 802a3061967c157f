import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { SnippetRun } from '../../evaluate/snippet.ts';
import { routedRequest } from '../../testing/routed-request.ts';
import { builtIn } from '../origin.ts';
import { readSnippet } from './read-snippet.ts';

const word = fc.constantFrom(
  'add_header',
  'more_set_headers',
  'more_clear_headers',
  'proxy_set_header',
  'return',
  'rewrite',
  'break',
  'if',
  'location',
  'deny',
  '($http_x',
  '~*',
  '=',
  '^/(.*)$',
  '/x$1?',
  '"X-A: $uri"',
  'X-A',
  '301',
  '200',
  '-s',
  'always',
  'last',
  'permanent',
  ')',
  '{',
  '}',
  ';',
  '\n',
  '#',
  '"',
  '\\',
);
const text = fc.oneof(
  fc.string(),
  fc.array(fc.oneof({ weight: 8, arbitrary: word }, fc.string({ maxLength: 4 })), { maxLength: 40 }).map((words) => words.join(' ')),
);

test('any text is read without an exception, and what is made of it runs', () => {
  const source = {
    request: routedRequest({ host: 'a.test', target: '/x?y' }),
    host: { name: 'a.test', match: { kind: 'any' }, routes: [], from: builtIn },
    path: '/x',
    requestId: '',
  } as const;
  fc.assert(
    fc.property(text, fc.constantFrom('location', 'server'), (snippet, place) => {
      const { steps, refused, notes } = readSnippet(snippet, place);
      const run = new SnippetRun(source).run(steps);
      for (const { name } of [...run.responseEdits, ...run.requestEdits]) expect(name).toMatch(/^[!-9;-~]+$/);
      for (const sentence of [...refused, ...notes]) expect(sentence.length).toBeLessThan(400);
    }),
    { numRuns: 3000 },
  );
});
