import { setTimeout as pause } from 'node:timers/promises';
import type { Reloader } from '../apply/reloader.ts';
import { SluiceError } from '../errors.ts';

const POLL_MS = 10;
/** The data plane has acknowledged already: it is a matter of milliseconds. */
const PATIENCE_MS = 5000;

/** Resolves when the data plane answers by what was applied last. Throws `SLU3005` when it does not in time. */
export async function probed(reloader: Reloader, signal: AbortSignal, patienceMs = PATIENCE_MS): Promise<void> {
  if (reloader.probe === undefined) return;
  const endMs = performance.now() + patienceMs;
  while (!(await reloader.probe(signal))) {
    signal.throwIfAborted();
    if (performance.now() > endMs) throw new SluiceError('SLU3005', 'the data plane does not answer by what was applied last');
    await pause(POLL_MS, undefined, { signal });
  }
}
