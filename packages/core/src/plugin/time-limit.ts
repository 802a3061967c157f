import { SluiceError, isSluiceError, messageOf } from '../errors.ts';

/**
 * Runs a step of the life cycle. `signal` of the step fires when `limitMs` have passed; shortly after, the step is given up
 * with `SLU2107`, whether it listened or not. Errors with a code pass as they are, others become `SLU2107`.
 */
export async function withTimeLimit<T>(step: string, limitMs: number, work: (signal: AbortSignal) => T | Promise<T>): Promise<T> {
  const aborter = new AbortController();
  const { promise: gaveUp, reject } = Promise.withResolvers<never>();
  const soft = setTimeout(() => aborter.abort(), limitMs);
  const hard = setTimeout(() => reject(new SluiceError('SLU2107', `${step} took longer than ${limitMs} ms`)), limitMs + GRACE_MS);
  try {
    return await Promise.race([work(aborter.signal), gaveUp]);
  } catch (error) {
    throw isSluiceError(error) ? error : new SluiceError('SLU2107', `${step} failed: ${messageOf(error)}`, { cause: error });
  } finally {
    clearTimeout(soft);
    clearTimeout(hard);
  }
}

/** Time that a step has to react to its signal. */
const GRACE_MS = 1000;
