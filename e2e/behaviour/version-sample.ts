import { readCaseSets } from './case.ts';
import type { KnownDifference } from './known-differences.ts';

/** Where versions of a proxy and of its Lua could differ: directives, phases, locations, certificates. */
const SAMPLE = [
  'affinity',
  'auth-external',
  'auth-tls',
  'canary',
  'cors',
  'custom-errors',
  'headers',
  'hosts',
  'limits',
  'load-balance',
  'mirror',
  'paths',
  'proxy',
  'regex',
  'rewrite',
  'snippets-allowed',
  'ssl-redirect',
  'updates',
];

/** The cases that each further version of a proxy is asked. */
export const sampleSets = readCaseSets().filter(({ name }) => SAMPLE.includes(name));

/** Whether a case is one of them. */
export function isInSample({ name }: KnownDifference): boolean {
  return SAMPLE.includes(name.split(' > ')[0] ?? '');
}
