import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { SluiceError, messageOf } from '../../errors.ts';
import { isAlive, processInfo } from '../../observe/process/process-info.ts';
import type { ProcessIdentity } from '../../observe/process/process-info.ts';

/** A folder that a proxy runs in. */
export interface OwnedFolder {
  readonly root: string;
  /** File that names the controller that uses the folder. */
  readonly owner: string;
}

/**
 * Makes this process the one that looks after the proxy of the folder. Throws `SLU3002` when another one does: two would take the
 * configuration from each other. One that was killed does not count, nor does one in another container, whose number means nothing here.
 */
export function claimFolder({ root, owner }: OwnedFolder): void {
  const other = readOwner(owner);
  if (other !== undefined && other.pid !== process.pid && isAlive(other))
    throw new SluiceError('SLU3002', `the process ${other.pid} uses ${root} already: stop it, or choose another data directory`);
  try {
    writeFileSync(owner, JSON.stringify({ pid: process.pid, startTime: processInfo(process.pid)?.startTime }), { mode: 0o600 });
  } catch (error) {
    throw new SluiceError('SLU3004', `cannot write to ${owner}: ${messageOf(error)}`, { cause: error });
  }
}

/** Leaves the folder to others. */
export function releaseFolder({ owner }: OwnedFolder): void {
  if (readOwner(owner)?.pid === process.pid) rmSync(owner, { force: true });
}

function readOwner(path: string): ProcessIdentity | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return typeof value === 'object' && value !== null && 'pid' in value && 'startTime' in value ? (value as ProcessIdentity) : undefined;
  } catch {
    return undefined;
  }
}
