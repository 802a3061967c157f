import { chmodSync, chownSync, mkdirSync, openSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { WorkerUser } from '../../observe/process/worker-user.ts';

/** Makes a folder that its owner alone can use, and that workers, when they are another user, can pass through. */
export function makeFolder(path: string, user: WorkerUser | undefined): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  if (user !== undefined) chownSync(path, process.getuid?.() ?? 0, user.gid);
  chmodSync(path, user === undefined ? 0o700 : 0o710);
}

/** Prefix of what is being made; a process that ended in the middle leaves it behind. */
export const HALF_MADE = '.tmp-';

export function removeHalfMade(path: string): void {
  for (const name of readdirSync(path)) if (name.startsWith(HALF_MADE)) rmSync(join(path, name), { recursive: true, force: true });
}

/** Longest path of a unix socket (`sun_path` of unix(7)), without the byte that ends it. */
const LONGEST_SOCKET_PATH = 107;

/** A path by which this process can connect to a unix socket, however deep its folder is. Call it once the folder is there. */
export function reachableSocket(path: string): string {
  if (Buffer.byteLength(path) <= LONGEST_SOCKET_PATH) return path;
  return `/proc/self/fd/${openSync(dirname(path), 'r')}/${basename(path)}`;
}
