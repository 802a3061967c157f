import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needing } from '../proxy-programs.ts';
import type { Program } from '../proxy-programs.ts';
import { runBehaviour } from './behaviour-run.ts';
import type { Target } from './behaviour-run.ts';
import type { Result } from './case-run.ts';
import type { CaseSet } from './case.ts';
import type { KnownDifference } from './known-differences.ts';
import { failureLines, summaryLine } from './summary.ts';

/** The cases of some files, and what answers them. */
export interface BehaviourSuite {
  /** What is tested, as people call it. */
  readonly title: string;
  readonly target: Target;
  readonly sets: readonly CaseSet[];
  readonly known: readonly KnownDifference[];
  /** Present when the suite cannot run without it. */
  readonly program?: Program;
}

const PATIENCE_MS = 240_000;

/** Declares the tests of a suite: one a case. A case that is known to differ must differ. */
export function behaviourSuite({ title, target, sets, known, program = { binary: '' } }: BehaviourSuite): void {
  const { skip, title: shown } = needing(program, `behaviour on ${title}`);
  describe.skipIf(skip)(shown, () => {
    let results: readonly Result[] = [];

    beforeAll(async () => {
      results = await runBehaviour(target, sets);
    }, PATIENCE_MS);

    afterAll(() => {
      process.stdout.write(`${[...failureLines(results), summaryLine(title, results)].join('\n')}\n`);
    });

    test('known differences are cases', () => {
      const names = new Set(sets.flatMap((set) => set.cases.map(({ name }) => `${set.name} > ${name}`)));
      expect(known.filter(({ name }) => !names.has(name))).toStrictEqual([]);
    });

    describe.each(sets)('$name', (set) => {
      test.each(set.cases)('$name', ({ name }) => {
        const result = results.find((one) => one.file === set.name && one.name === name);
        expect(result?.unexplained).toStrictEqual([]);
        const differs = known.some((difference) => difference.name === `${set.name} > ${name}`);
        if (differs) expect(result?.differences, 'no longer different: take it out of the list').not.toStrictEqual([]);
        else expect(result?.differences).toStrictEqual([]);
      });
    });
  });
}
