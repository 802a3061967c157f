import { behaviourSuite } from '../behaviour/behaviour-suite.ts';
import { readCaseSets } from '../behaviour/case.ts';
import { knownDifferences } from '../behaviour/known-differences.ts';
import { newerNginx } from '../nginx-programs.ts';

/** Where versions of nginx and of its Lua module could differ: directives, phases, locations, certificates. */
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

const program = newerNginx();
const binary = 'binary' in program ? program.binary : '';
const known = knownDifferences.nginx.filter(({ name }) => SAMPLE.includes(name.split(' > ')[0] ?? ''));

behaviourSuite({
  title: 'nginx 1.26.3',
  target: { backend: 'nginx', settings: { nginx: { binary } } },
  sets: readCaseSets().filter(({ name }) => SAMPLE.includes(name)),
  known,
  program,
});
