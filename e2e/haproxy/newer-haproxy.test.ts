import { behaviourSuite } from '../behaviour/behaviour-suite.ts';
import { knownDifferences } from '../behaviour/known-differences.ts';
import { isInSample, sampleSets } from '../behaviour/version-sample.ts';
import { newerProxy } from '../proxy-programs.ts';

/** What older versions cannot do. */
const SINCE = ['proxy > 429 is a reason when asked for'];

/** What HAProxy 3.0 answers before anybody is asked: 400 to a target that is not the Host header (docs/haproxy.md). */
const asked = sampleSets.map((set) => ({ ...set, cases: set.cases.filter(({ name }) => set.name !== 'headers' || name !== 'CONNECT') }));

const program = newerProxy('haproxy');
const binary = 'binary' in program ? program.binary : '';

behaviourSuite({
  title: 'HAProxy 3.0',
  target: { backend: 'haproxy', settings: { haproxy: { binary } } },
  sets: asked,
  known: knownDifferences.haproxy.filter((one) => isInSample(one) && !SINCE.includes(one.name)),
  program,
});
