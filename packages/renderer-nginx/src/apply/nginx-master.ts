import { readFileSync, writeFileSync } from 'node:fs';
import { SluiceError, isAlive, messageOf, processInfo, processProgram, startMaster } from '@sluice/core';
import type { Master, ProcessIdentity } from '@sluice/core';
import { isMasterIn } from '../observe/worker-census.ts';
import { nginxArguments } from './nginx-folder.ts';
import type { NginxFolder } from './nginx-folder.ts';

/** What is run. */
export interface Program {
  readonly binary: string;
  /** Tells it from others: path and version. */
  readonly program: string;
}

/** Starts nginx in its folder; see `startMaster`. */
export async function spawnMaster({ binary, program }: Program, { root, output, program: note }: NginxFolder): Promise<Master> {
  try {
    writeFileSync(note, program, { mode: 0o600 });
  } catch (error) {
    throw new SluiceError('SLU3002', `cannot run ${binary}: ${messageOf(error)}`, { cause: error });
  }
  return startMaster({ binary, parameters: [...nginxArguments, '-e', 'run/error.log'], root, output });
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
