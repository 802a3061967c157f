import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runBehaviour } from './behaviour-run.ts';
import type { Result } from './case-run.ts';
import { readCaseSets } from './case.ts';
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

  describe.each(sets)('$name', (set) => {
    test.each(set.cases)('$name', ({ name }) => {
      const result = results.find((one) => one.file === set.name && one.name === name);
      expect(result?.differences).toStrictEqual([]);
    });
  });
});
