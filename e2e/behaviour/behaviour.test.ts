import { machineNginx } from '../nginx-programs.ts';
import { behaviourSuite } from './behaviour-suite.ts';
import { readCaseSets } from './case.ts';
import { knownDifferences } from './known-differences.ts';

const sets = readCaseSets();

behaviourSuite({ title: 'node', target: { backend: 'node' }, sets, known: knownDifferences.node });

behaviourSuite({ title: 'nginx', target: { backend: 'nginx' }, sets, known: knownDifferences.nginx, program: machineNginx() });
