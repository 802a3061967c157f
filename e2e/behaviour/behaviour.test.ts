import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runBehaviour } from './behaviour-run.ts';
import type { Result } from './case-run.ts';
import { readCaseSets } from './case.ts';
import { knownDifferences } from './known-differences.ts';
import { failureLines, summaryLine } from './summary.ts';

const backends = ['node'];
const sets = readCaseSets();
const PATIENCE_MS = 180_000;

describe.each(backends)('behaviour on %s', (backend) => {
  let results: readonly Result[] = [];

  beforeAll(async () => {
    results = await runBehaviour(backend, sets);
  }, PATIENCE_MS);

  afterAll(() => {
    process.stdout.write(`${[...failureLines(results), summaryLine(backend, results)].join('\n')}\n`);
  });

  test('known differences are cases', () => {
    const names = new Set(sets.flatMap((set) => set.cases.map(({ name }) => `${set.name} > ${name}`)));
    expect(knownDifferences[backend]?.filter(({ name }) => !names.has(name))).toStrictEqual([]);
  });

  describe.each(sets)('$name', (set) => {
    test.each(set.cases)('$name', ({ name }) => {
      const result = results.find((one) => one.file === set.name && one.name === name);
      expect(result?.unexplained).toStrictEqual([]);
      const known = knownDifferences[backend]?.some((difference) => difference.name === `${set.name} > ${name}`) === true;
      if (known) expect(result?.differences, 'no longer different: take it out of known-differences.ts').not.toStrictEqual([]);
      else expect(result?.differences).toStrictEqual([]);
    });
  });
});
