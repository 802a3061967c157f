import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

export function hasGo(): boolean {
  return spawnSync('go', ['version']).status === 0;
}

/** Where programs are kept that were built once. */
export function cacheFolder({ XDG_CACHE_HOME: named = '' }: NodeJS.ProcessEnv): string {
  return join(named === '' ? join(homedir(), '.cache') : named, 'sluice');
}

/** A program from the Go module in a folder, and what else is to be beside it. */
export interface GoProgram {
  readonly source: string;
  readonly name: string;
  readonly linkerFlags: string;
  readonly finish: (folder: string) => void;
}

/** Builds beside the folder `target` and moves it there at the end: nobody sees half of it, and of two at the same time one wins. */
export function buildOnce(target: string, { source, name, linkerFlags, finish }: GoProgram): string {
  mkdirSync(dirname(target), { recursive: true });
  const draft = mkdtempSync(`${target}-`);
  try {
    const args = ['build', '-trimpath', '-buildvcs=false', '-ldflags', linkerFlags, '-o', join(draft, name), '.'];
    const done = spawnSync('go', args, { cwd: source, env: { ...process.env, CGO_ENABLED: '0' }, stdio: ['ignore', 'inherit', 'inherit'] });
    if (done.status !== 0) throw new Error(`${name} could not be built, see above`);
    finish(draft);
    moveOnce(draft, target, name);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return target;
}

function moveOnce(from: string, to: string, name: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!existsSync(join(to, name))) throw error;
  }
}
