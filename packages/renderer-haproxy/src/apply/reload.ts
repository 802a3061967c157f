import { setTimeout as pause } from 'node:timers/promises';
import { SluiceError, isSluiceError, messageOf } from '@sluice/core';
import type { OutputLine } from '../observe/output-line.ts';
import type { OutputLog } from '../observe/output-log.ts';
import { withoutPaths } from '../validate/haproxy-message.ts';
import { complaint } from './haproxy-master.ts';
import type { HaproxyProcess } from './haproxy-process.ts';
import type { MasterCli } from './master-cli.ts';

export interface ReloadParts {
  readonly process: HaproxyProcess;
  readonly cli: MasterCli;
  readonly output: OutputLog;
  readonly timeoutMs: number;
}

/**
 * How a reload ended. `served`: the worker of the new generation answers. `refused`: HAProxy has kept the old one.
 * `late`: nothing is certain.
 */
export type ReloadResult =
  | { readonly kind: 'served' }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'late'; readonly message: string };

const POLL_MS = 10;
const ANSWER_MS = 1000;
/** Old and new workers may have the socket together for a moment: so often the new one answers before that is taken to be over. */
const SURE = 5;

/** Makes HAProxy read its configuration, and waits until generation `id` serves. Rejects with the reason of `signal`. */
export async function reloadHaproxy(parts: ReloadParts, id: string, signal: AbortSignal): Promise<ReloadResult> {
  const { process, cli, output, timeoutMs } = parts;
  if (!process.isAlive()) throw new SluiceError('SLU3005', 'HAProxy does not run; it is being started again');
  const before = (await cli.processes())?.reloads ?? Infinity;
  await output.look();
  const lines: OutputLine[] = [];
  const unlisten = output.listen((line) => void lines.push(line));
  try {
    const answer = await tell(cli, timeoutMs, signal);
    if (answer.startsWith('Success=0')) return refused(answer.split('\n'));
    for (const endMs = performance.now() + timeoutMs; performance.now() < endMs; await pause(POLL_MS)) {
      signal.throwIfAborted();
      if (await isSure(cli, id)) return { kind: 'served' };
      if (!process.isAlive()) throw new SluiceError('SLU3005', 'HAProxy has ended during a reload; it is being started again');
      if (!(await hasFailed(cli, before))) continue;
      await output.look();
      return refused(lines.map(({ level, pid, text }) => `[${level}] (${pid}) : ${text}`));
    }
    return { kind: 'late', message: `no worker served the new configuration within ${timeoutMs} ms` };
  } finally {
    unlisten();
  }
}

/** A master of 2.6 does not answer how a reload went, but counts those that failed. */
async function hasFailed(cli: MasterCli, before: number): Promise<boolean> {
  const now = await cli.processes();
  return now !== undefined && now.reloads > before && now.failed > 0;
}

function refused(lines: readonly string[]): ReloadResult {
  const message = complaint(lines);
  return { kind: 'refused', message: message === undefined ? 'HAProxy refused the configuration without a word' : withoutPaths(message) };
}

/** A master that does not say how a reload went, or that goes away in the middle of it, is looked at. */
async function tell(cli: MasterCli, timeoutMs: number, signal: AbortSignal): Promise<string> {
  try {
    return await cli.reload(timeoutMs, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (isSluiceError(error)) return messageOf(error);
    throw error;
  }
}

async function isSure(cli: MasterCli, id: string): Promise<boolean> {
  for (let count = 0; count < SURE; count++) if ((await cli.generation({ timeoutMs: ANSWER_MS })) !== id) return false;
  return true;
}
