import { spawn } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync, writeFileSync } from 'node:fs';
import { SluiceError, messageOf } from '@sluice/core';
import { isMasterIn } from '../observe/worker-census.ts';
import { isAlive, processInfo, processProgram } from '../observe/process-info.ts';
import type { ProcessIdentity } from '../observe/process-info.ts';
import { nginxArguments } from './nginx-folder.ts';
import type { NginxFolder } from './nginx-folder.ts';

/** How a master ended, as far as it is known: not for one that another process has started. */
export interface MasterEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A master process of nginx, started here or taken over. */
export interface Master extends ProcessIdentity {
  /** Resolves when it has ended. */
  readonly ended: Promise<MasterEnd>;
}

/** What is run. */
export interface Program {
  readonly binary: string;
  /** Tells it from others: path and version. */
  readonly program: string;
}

/** How often it is looked whether a master that was taken over is still there. */
const WATCH_MS = 100;

/**
 * Starts nginx in its folder, in a session of its own and with files for output, so that it goes on serving when this process is
 * killed. Throws `SLU3002` when it cannot be run; whether it serves is another question.
 */
export async function spawnMaster({ binary, program }: Program, { root, output, program: note }: NginxFolder): Promise<Master> {
  const file = openSync(output, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_APPEND, 0o600);
  const { promise: ended, resolve } = Promise.withResolvers<MasterEnd>();
  try {
    writeFileSync(note, program, { mode: 0o600 });
    const child = spawn(binary, [...nginxArguments, '-e', 'run/error.log'], { cwd: root, detached: true, stdio: ['ignore', file, file] });
    child.once('exit', (code, signal) => resolve({ code, signal }));
    await new Promise<void>((started, failed) => void child.once('spawn', started).once('error', failed));
    child.unref();
    const pid = child.pid ?? 0;
    return { pid, startTime: processInfo(pid)?.startTime ?? '', ended };
  } catch (error) {
    throw new SluiceError('SLU3002', `cannot run ${binary}: ${messageOf(error)}`, { cause: error });
  } finally {
    closeSync(file);
  }
}

/** The master that runs in the folder already, with whatever program. */
export function findMaster({ root, pid: file }: NginxFolder): ProcessIdentity | undefined {
  const pid = Number.parseInt(textOf(file), 10);
  const info = Number.isInteger(pid) ? processInfo(pid) : undefined;
  return info !== undefined && isAlive(info) && isMasterIn(root, pid) ? info : undefined;
}

/** Whether a master runs the program that would be started now: after an update it has modules that are gone. */
export function runsProgram({ pid }: ProcessIdentity, program: string, folder: NginxFolder): boolean {
  return textOf(folder.program) === program && processProgram(pid)?.endsWith(' (deleted)') !== true;
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

/** What the nginx that was started last wrote to stderr. */
export function outputOf({ output }: NginxFolder): string {
  return textOf(output);
}

/** The last complaint in it. */
export function lastWords(folder: NginxFolder): string {
  const lines = outputOf(folder).trim().split('\n');
  return (lines.findLast((line) => /\[(?:emerg|alert|crit|error)\]/.test(line)) ?? lines.at(-1) ?? '').replace(/^.*?\] (?:\d+#\d+: )?/, '');
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
