import { SluiceError, isSluiceError, messageOf } from '../errors.ts';

/** When a step has to end. */
export interface TimeLimit {
  readonly limitMs: number;
  /** Ends the step early. */
  readonly signal?: AbortSignal;
}

/**
 * Runs a step of the life cycle. The step's signal fires after `limitMs`, or with `signal`; a second later the step is given
 * up with `SLU2107`, whether it listened or not. Errors with a code pass as they are, others become `SLU2107`.
 */
export async function withTimeLimit<T>(
  step: string,
  { limitMs, signal }: TimeLimit,
  work: (signal: AbortSignal) => T | Promise<T>,
): Promise<T> {
  const timeUp = AbortSignal.timeout(limitMs);
  const ended = AbortSignal.any(signal === undefined ? [timeUp] : [timeUp, signal]);
  const { promise: gaveUp, reject } = Promise.withResolvers<never>();
  let grace: NodeJS.Timeout | undefined;
  const giveUp = (): void => {
    const why = timeUp.aborted ? `took longer than ${limitMs} ms` : 'was stopped';
    grace = setTimeout(() => reject(new SluiceError('SLU2107', `${step} ${why}`)), GRACE_MS);
  };
  ended.addEventListener('abort', giveUp, { once: true });
  try {
    return await Promise.race([work(ended), gaveUp]);
  } catch (error) {
    throw isSluiceError(error) ? error : new SluiceError('SLU2107', `${step} failed: ${messageOf(error)}`, { cause: error });
  } finally {
    ended.removeEventListener('abort', giveUp);
    clearTimeout(grace);
  }
}

/** Time that a step has to react to its signal. */
const GRACE_MS = 1000;
