import { defaultServing } from '@sluice/core';
import { expect, test } from 'vitest';
import type { ProxyContext, ServingGeneration } from './proxy-context.ts';
import { ServedNames } from './served-names.ts';
import { annotatedModel, generationOf } from './testing/annotated-proxy.ts';

function namesOf(generation: ServingGeneration | undefined): ServedNames {
  return new ServedNames({ generation } as ProxyContext);
}

function served(refusesUnknownNames: boolean): ServingGeneration {
  const transportSecurity = { ...defaultServing.transportSecurity, refusesUnknownNames };
  return generationOf({ ...annotatedModel(1, {}), settings: { ...defaultServing, transportSecurity } });
}

test.each([
  [true, 'a.test', false],
  [true, 'b.test', true],
  [true, '', true],
  [false, 'b.test', false],
])('with refusal %s the name %j is refused: %s', (refuses, name, expected) => {
  expect(namesOf(served(refuses)).refuses(name)).toBe(expected);
});

test('before the first generation nothing is asked for, and nothing refused', () => {
  const names = namesOf(undefined);
  expect([names.secureContextFor('a.test'), names.authOf('a.test'), names.asksFor('a.test'), names.refuses('a.test')]).toEqual([
    undefined,
    undefined,
    false,
    false,
  ]);
});
