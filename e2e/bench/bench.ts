// npm run bench [-- PART...] [--hosts N] [--rounds N] [--backends a,b] [--ingresses N]
// Parts: `cost` (CPU time of a request, needs wrk), `changes` (from a file to the new answer), `memory` (nginx with reloads held open),
// `cluster` (a real API server with --ingresses N, 10,000 by default). All without a name.
// Figures of different runs do not compare; those of one run do. Runs the built program: npm run setup first. Linux only.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../linked-packages.ts';
import { backends as allBackends, programOf } from '../proxy-programs.ts';
import { benchChanges } from './changes.ts';
import { benchClusterScale } from './cluster-scale.ts';
import { benchPinnedMemory } from './pinned-memory.ts';
import { print } from './table.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    hosts: { type: 'string', default: '5000' },
    rounds: { type: 'string', default: '3' },
    backends: { type: 'string', default: allBackends.join(',') },
    ingresses: { type: 'string', default: '10000' },
  },
});

const hosts = Number(values.hosts);
const wished = values.backends.split(',').map((name) => ({ name, program: programOf(name) }));
const backends = wished.flatMap(({ name, program }) => ('binary' in program ? [name] : []));

function benchCost(): Promise<void> {
  const script = join(root, 'packages', 'dataplane-node', 'src', 'bench', 'proxy-cost.ts');
  const done = spawnSync(process.execPath, [script], { stdio: 'inherit' });
  if (done.status !== 0) process.exitCode = 1;
  return Promise.resolve();
}

const parts: Readonly<Record<string, () => Promise<void>>> = {
  cost: benchCost,
  changes: () => benchChanges(backends, hosts, Number(values.rounds)),
  memory: () => (backends.includes('nginx') ? benchPinnedMemory(hosts) : Promise.resolve()),
  cluster: () => benchClusterScale(backends, Number(values.ingresses)),
};

for (const { name, program } of wished) if ('missing' in program) print(`without ${name}: ${program.missing}; ${program.install}`);
for (const name of positionals.length === 0 ? Object.keys(parts) : positionals) {
  const part = parts[name];
  if (part === undefined) throw new Error(`there is no part ${name}: ${Object.keys(parts).join(', ')}`);
  await part();
}
