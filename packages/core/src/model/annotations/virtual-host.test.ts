import { expect, test } from 'vitest';
import { annotatedIngress, servedIngresses } from '../../testing/served-ingresses.ts';

function findings(alias: string): readonly string[] {
  return servedIngresses(annotatedIngress('x', { 'server-alias': alias })).findings();
}

test('a name that is longer than names can be is no alias', () => {
  const name = `${'a'.repeat(248)}.test`;
  expect(findings(name)).toEqual([]);
  expect(findings(`a${name}`)).toEqual([expect.stringContaining('253 characters at most')]);
  expect(findings(`~^${name}$`)).toEqual([]);
});
