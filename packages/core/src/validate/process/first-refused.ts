/** How a configuration is looked at by parts. */
export interface PartsTest<Answer> {
  /** How many parts there are that can be left out. */
  readonly parts: number;
  /** What is said to the first parts; undefined: nothing against them. */
  readonly ask: (count: number) => Promise<Answer | undefined>;
  /** Whether an answer tells what is at fault: nothing needs to be looked for any more. */
  readonly isCertain: (answer: Answer) => boolean;
  readonly timeLeft: () => boolean;
}

export interface FirstRefused<Answer> {
  /** With so many parts a configuration begins to be refused: the last of them is at fault. */
  readonly count: number;
  readonly answer: Answer;
}

/**
 * Finds the part with which a configuration begins to be refused that is fine without any, in as many looks as their number has binary
 * digits. Undefined when there is not enough time, or when all of them are fine.
 */
export async function firstRefused<Answer>(test: PartsTest<Answer>): Promise<FirstRefused<Answer> | undefined> {
  const { parts, ask, isCertain, timeLeft } = test;
  let [good, bad] = [0, parts];
  let answer: Answer | undefined;
  while (bad - good > 1 && timeLeft()) {
    const middle = Math.floor((good + bad) / 2);
    const found = await ask(middle);
    if (found === undefined) good = middle;
    else [bad, answer] = [middle, found];
    if (found !== undefined && isCertain(found)) return { count: middle, answer: found };
  }
  if (bad - good > 1 || parts === 0) return undefined;
  answer ??= await ask(bad);
  return answer === undefined ? undefined : { count: bad, answer };
}
