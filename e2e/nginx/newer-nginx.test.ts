import { behaviourSuite } from '../behaviour/behaviour-suite.ts';
import { knownDifferences } from '../behaviour/known-differences.ts';
import { isInSample, sampleSets } from '../behaviour/version-sample.ts';
import { newerProxy } from '../proxy-programs.ts';

const program = newerProxy('nginx');
const binary = 'binary' in program ? program.binary : '';

behaviourSuite({
  title: 'nginx 1.26.3',
  target: { backend: 'nginx', settings: { nginx: { binary } } },
  sets: sampleSets,
  known: knownDifferences.nginx.filter(isInSample),
  program,
});
