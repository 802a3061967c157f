import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '@sluice/core';
import { isAlive, processTitle, signalProcess } from '@sluice/core';
import type { ErrorLog } from '../observe/error-log.ts';
import type { ErrorLogLine } from '../observe/error-log-line.ts';
import type { Worker } from '../observe/worker-census.ts';
import type { ControlSocket } from './control-socket.ts';
import type { NginxProcess } from './nginx-process.ts';
import { withoutPaths } from '../validate/nginx-message.ts';

export interface ReloadParts {
  readonly process: NginxProcess;
  readonly control: ControlSocket;
  readonly errorLog: ErrorLog;
  readonly logger: Logger;
  readonly timeoutMs: number;
}

/**
 * How a reload ended. `served`: workers of the new configuration answer and no old one accepts; `old` are those that were
 * told to finish. `refused`: nginx has kept the old configuration. `late`: nothing is certain.
 */
export type ReloadResult =
  | { readonly kind: 'served'; readonly old: readonly Worker[] }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'late'; readonly message: string };

const POLL_MS = 10;
const ANSWER_MS = 1000;
/** Old workers that still accept so long after a new one has answered hang. */
const FINISH_MS = 10_000;

/** Makes nginx read its configuration, and waits until the one with `digest` serves. Rejects with the reason of `signal`. */
export async function reloadNginx(parts: ReloadParts, digest: string, signal: AbortSignal): Promise<ReloadResult> {
  const { process, errorLog, timeoutMs } = parts;
  const before = process.workers().filter(({ draining }) => !draining);
  await errorLog.look();
  let refusal: string | undefined;
  const master = process.pid;
  const unlisten = errorLog.listen((line) => {
    if (line.pid === master && isRefusal(line)) refusal ??= withoutPaths(line.text);
  });
  try {
    process.reload();
    let endMs = performance.now() + timeoutMs;
    for (let isNew = false; performance.now() < endMs; await pause(POLL_MS)) {
      signal.throwIfAborted();
      await errorLog.look();
      if (refusal !== undefined) return { kind: 'refused', message: refusal };
      if (!(await answersNew(parts, before, digest))) continue;
      if (!before.some(accepts)) return { kind: 'served', old: before };
      // nginx tells old workers to finish a tenth of a second after it has started the new ones.
      if (!isNew) endMs = Math.min(endMs, performance.now() + FINISH_MS);
      isNew = true;
    }
    return await whenLate(parts, before, digest);
  } finally {
    unlisten();
  }
}

/** New workers may serve while an old one hangs: that one is ended, since it would go on accepting connections. */
async function whenLate(parts: ReloadParts, before: readonly Worker[], digest: string): Promise<ReloadResult> {
  if (!(await answersNew(parts, before, digest)))
    return { kind: 'late', message: `no worker served the new configuration within ${parts.timeoutMs} ms` };
  for (const worker of before.filter(accepts)) {
    parts.logger.error('a worker of the old configuration does not finish and is killed', { pid: worker.pid });
    signalProcess(worker, 'SIGKILL');
  }
  return { kind: 'served', old: before };
}

async function answersNew({ process, control }: ReloadParts, before: readonly Worker[], digest: string): Promise<boolean> {
  const old = new Set(before.map(({ pid }) => pid));
  if (!process.workers().some(({ pid, draining }) => !draining && !old.has(pid))) return false;
  return (await control.generation(ANSWER_MS)) === digest;
}

/** A worker calls itself one that shuts down just before it closes its listening sockets. */
function accepts(worker: Worker): boolean {
  return isAlive(worker) && !processTitle(worker.pid).includes('shutting down');
}

/** A socket that cannot be bound is tried again some times; everything else that is fatal ends the reload. */
function isRefusal({ level, text }: ErrorLogLine): boolean {
  if (level === 'emerg') return !/^bind\(\) to .* failed/.test(text);
  return level === 'error' && text.startsWith('init_by_lua');
}
