import { expect, test } from 'vitest';
import { caseFile, requestOf } from './case-schema.ts';
import { readCaseSets } from './case.ts';

test('every file of cases is valid, and every case has a source', () => {
  const sets = readCaseSets();
  expect(sets.length).toBeGreaterThan(20);
  for (const { cases } of sets)
    for (const { source } of cases)
      expect(source).toMatch(
        /^(observed\/[a-z0-9-]+\.txt|[ab]\.\d+|\(e\) \S+|ingress-nginx-(?:annotations|configmap)|nginx [a-z0-9_]+|conformance [a-z-]+)$/,
      );
});

test('files are read by a part of their names', () => {
  expect(readCaseSets('rewr').map(({ name }) => name)).toStrictEqual(['rewrite']);
});

test('a word that nobody knows is an error', () => {
  const written = { cases: [{ name: 'x', source: 'a.1', request: 'GET http://x.test/', expect: { statsu: 200 } }] };
  expect(caseFile.safeParse(written).success).toBe(false);
  expect(caseFile.safeParse({ cases: [{ ...written.cases[0], expect: 200 }] }).success).toBe(true);
});

test('a request in short', () => {
  expect(requestOf('POST https://x.test//a?b')).toMatchObject({ method: 'POST', url: 'https://x.test//a?b', http: '1.1', times: 1 });
});
