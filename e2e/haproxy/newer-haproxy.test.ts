import { behaviourSuite } from '../behaviour/behaviour-suite.ts';
import { knownDifferences } from '../behaviour/known-differences.ts';
import { isInSample, sampleSets } from '../behaviour/version-sample.ts';
import { newerProxy } from '../proxy-programs.ts';

/** What older versions cannot do. */
const SINCE = ['proxy > 429 is a reason when asked for'];

/** What newer versions do otherwise. */
const LATER = [
  { name: 'headers > CONNECT', why: 'a target that is not the Host header is answered 400 before anybody looks at the method' },
];

const program = newerProxy('haproxy');
const binary = 'binary' in program ? program.binary : '';

behaviourSuite({
  title: 'HAProxy 3.0',
  target: { backend: 'haproxy', settings: { haproxy: { binary } } },
  sets: sampleSets,
  known: [...knownDifferences.haproxy.filter((one) => isInSample(one) && !SINCE.includes(one.name)), ...LATER],
  program,
});
