// node e2e/differential/soak.ts [--left node] [--right nginx --right haproxy] [--seed N] [--minutes M] [--requests N] [--kinds N] [--ignore PATTERN] [--settings JSON]
// With --ignore, differences of kinds that match are not looked into.
// Draws rule sets and requests for so many minutes and prints the smallest piece of each kind of difference that is not declared.
// Runs the built program: build first.
import { parseArgs } from 'node:util';
import { programOf } from '../proxy-programs.ts';
import { findingText } from './finding.ts';
import { hunt } from './hunt.ts';
import { SideBySide } from './side-by-side.ts';

const { values } = parseArgs({
  options: {
    left: { type: 'string', default: 'node' },
    right: { type: 'string', multiple: true, default: ['nginx', 'haproxy'] },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
    minutes: { type: 'string', default: '5' },
    requests: { type: 'string', default: '150' },
    kinds: { type: 'string', default: '10' },
    ignore: { type: 'string', default: '(?!)' },
    settings: { type: 'string', default: '{}' },
  },
});

const print = (line: string): void => void process.stdout.write(`${line}\n`);

const rights = values.right.filter((name) => {
  const program = programOf(name);
  if ('missing' in program) print(`without ${name}: ${program.missing}; ${program.install}`);
  return 'binary' in program;
});
const sides = await SideBySide.start(values.left, rights, JSON.parse(values.settings) as object);
try {
  const { sets, sent, kinds } = await hunt(sides, {
    seedOf: (set) => Number(values.seed) + set,
    forMs: Number(values.minutes) * 60_000,
    maxSets: Infinity,
    requests: Number(values.requests),
    maxKinds: Number(values.kinds),
    ignore: new RegExp(values.ignore),
    found: (finding) => print(`\n=== seed ${finding.seed}: ${finding.kind}\n${findingText(finding)}`),
  });
  print(`\n${sets} rule sets from seed ${values.seed}, ${sent} requests, ${kinds.size} kinds of differences`);
  for (const [kind, count] of kinds) print(`  ${count} times ${kind}`);
  process.exitCode = kinds.size === 0 ? 0 : 1;
} catch (error) {
  print(sides.logs().slice(-4000));
  throw error;
} finally {
  await sides.stop();
}
