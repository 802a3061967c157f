import { parseArgs } from 'node:util';
import { runBehaviour } from './behaviour-run.ts';
import { readCaseSets } from './case.ts';
import { failureLines, fileLines, summaryLine } from './summary.ts';

// node e2e/behaviour/run-cases.ts [--backend NAME] [--settings JSON] [--only FILE[:WORDS]] [--verbose]
// Runs the built program: build first. `--only paths` takes the files, `--only paths:slash` of them the cases with such a name.
const { values } = parseArgs({
  options: {
    backend: { type: 'string', default: 'node' },
    settings: { type: 'string', default: '{}' },
    only: { type: 'string', default: '' },
    verbose: { type: 'boolean', default: false },
  },
});
const colon = values.only.indexOf(':');
const [file, words] = colon === -1 ? [values.only, ''] : [values.only.slice(0, colon), values.only.slice(colon + 1)];
const sets = readCaseSets(file).map((set) => ({ ...set, cases: set.cases.filter(({ name }) => name.includes(words)) }));
const started = performance.now();
const results = await runBehaviour(
  { backend: values.backend, settings: JSON.parse(values.settings) as Record<string, unknown> },
  sets.filter(({ cases }) => cases.length > 0),
);
const alike = results
  .filter(({ differences }) => differences.length === 0)
  .map(({ file: name, name: title }) => `${name} > ${title}: as expected`);
const lines = [...(values.verbose ? alike : []), ...failureLines(results), ...fileLines(results), summaryLine(values.backend, results)];
process.stdout.write(`${lines.join('\n')} (${Math.round(performance.now() - started)} ms)\n`);
process.exitCode =
  lines.length > 0 && results.every(({ differences, unexplained }) => differences.length === 0 && unexplained.length === 0) ? 0 : 1;
