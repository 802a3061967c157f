import { setTimeout as delay } from 'node:timers/promises';

/** Long enough for a busy machine; a test that passes never waits for it. */
export const PATIENCE_MS = 15_000;

const PAUSE_MS = 10;

/** Asks again and again until there is an answer. Rejects with what was waited for, and the last failure if there was one. */
export async function until<T>(what: string, probe: () => Promise<T | undefined> | T | undefined, patienceMs = PATIENCE_MS): Promise<T> {
  const giveUpAt = performance.now() + patienceMs;
  let failure: unknown;
  while (performance.now() < giveUpAt) {
    try {
      const answer = await probe();
      if (answer !== undefined) return answer;
    } catch (error) {
      failure = error;
    }
    await delay(PAUSE_MS);
  }
  throw new Error(`waited in vain for ${what}`, { cause: failure });
}

/** Asks until the answer is yes. */
export async function untilTrue(what: string, probe: () => Promise<boolean> | boolean, patienceMs = PATIENCE_MS): Promise<void> {
  await until(what, async () => (await probe()) || undefined, patienceMs);
}
