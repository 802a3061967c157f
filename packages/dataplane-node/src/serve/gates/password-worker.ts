import { parentPort } from 'node:worker_threads';
import { passwordFits } from './password-hash.ts';

/** A password to check, as it is sent to the worker. */
export interface PasswordJob {
  readonly password: string;
  readonly hash: string;
}

// The entry of a thread: one job after the other, each answered with whether the password fits.
parentPort?.on('message', ({ password, hash }: PasswordJob) => {
  parentPort?.postMessage(passwordFits(Buffer.from(password, 'latin1'), hash), []);
});
