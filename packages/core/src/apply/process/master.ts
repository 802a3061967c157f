import { spawn } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { SluiceError, messageOf } from '../../errors.ts';
import { isAlive, processInfo } from '../../observe/process/process-info.ts';
import type { ProcessIdentity } from '../../observe/process/process-info.ts';

/** How a master ended, as far as it is known: not for one that another process has started. */
export interface MasterEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The first process of a proxy, started here or taken over. */
export interface Master extends ProcessIdentity {
  /** Resolves when it has ended. */
  readonly ended: Promise<MasterEnd>;
}

export interface MasterStart {
  readonly binary: string;
  readonly parameters: readonly string[];
  /** It runs in it. */
  readonly root: string;
  /** File for stdout and stderr, emptied before. */
  readonly output: string;
}

/** How often it is looked whether a master that was taken over is still there. */
const WATCH_MS = 100;

/**
 * Starts a proxy in its folder, in a session of its own and with files for output, so that it goes on serving when this process is
 * killed. Throws `SLU3002` when it cannot be run; whether it serves is another question.
 */
export async function startMaster({ binary, parameters, root, output }: MasterStart): Promise<Master> {
  const { promise: ended, resolve } = Promise.withResolvers<MasterEnd>();
  let file: number | undefined;
  try {
    file = openSync(output, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_APPEND, 0o600);
    const child = spawn(binary, [...parameters], { cwd: root, detached: true, stdio: ['ignore', file, file] });
    child.once('exit', (code, signal) => resolve({ code, signal }));
    await new Promise<void>((started, failed) => void child.once('spawn', started).once('error', failed));
    child.unref();
    const pid = child.pid ?? 0;
    return { pid, startTime: processInfo(pid)?.startTime ?? '', ended };
  } catch (error) {
    throw new SluiceError('SLU3002', `cannot run ${binary}: ${messageOf(error)}`, { cause: error });
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Takes over a master that another process has started. */
export function adoptMaster(identity: ProcessIdentity): Master {
  const { promise: ended, resolve } = Promise.withResolvers<MasterEnd>();
  const timer = setInterval(() => {
    if (isAlive(identity)) return;
    clearInterval(timer);
    resolve({ code: null, signal: null });
  }, WATCH_MS).unref();
  return { ...identity, ended };
}
