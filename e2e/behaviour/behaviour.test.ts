import { backends, programOf } from '../proxy-programs.ts';
import { behaviourSuite } from './behaviour-suite.ts';
import { readCaseSets } from './case.ts';
import { knownDifferences } from './known-differences.ts';

const sets = readCaseSets();

for (const backend of backends)
  behaviourSuite({ title: backend, target: { backend }, sets, known: knownDifferences[backend], program: programOf(backend) });
