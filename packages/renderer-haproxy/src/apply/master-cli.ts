import { setTimeout as pause } from 'node:timers/promises';
import { isSluiceError } from '@sluice/core';
import { parseShowProc } from '../observe/show-proc.ts';
import type { ProcessTable } from '../observe/show-proc.ts';
import { askPatiently, askSocket } from './command-socket.ts';

const NEVER = new AbortController().signal;
const ANSWER_MS = 2000;

/** What a question about the generation costs at most. */
export interface Asking {
  readonly timeoutMs: number;
}

/** The sockets of the HAProxy that runs in a folder: that of its master, and that of whichever worker listens on it now. */
export class MasterCli {
  readonly #master: () => string;
  readonly #worker: () => string;

  /** Paths, asked for every time. */
  constructor(master: () => string, worker: () => string) {
    this.#master = master;
    this.#worker = worker;
  }

  /** The generation of the worker that answers; undefined when none does in time. */
  async generation({ timeoutMs }: Asking): Promise<string | undefined> {
    const answer = await this.ask('get var proc.sluice_generation', timeoutMs);
    return answer === undefined ? undefined : /value=<([^>]*)>/.exec(answer)?.[1];
  }

  /** The answer of a worker; undefined when none answers in time. */
  async ask(command: string, timeoutMs: number): Promise<string | undefined> {
    try {
      return await askSocket(this.#worker(), { message: `${command}\n`, timeoutMs });
    } catch (error) {
      if (isSluiceError(error)) return undefined;
      throw error;
    }
  }

  /** The processes of the master; undefined when it does not answer in time. */
  async processes(): Promise<ProcessTable | undefined> {
    for (let attempt = 0; attempt < 2; attempt++) {
      const answer = await this.#askMaster('show proc', ANSWER_MS, NEVER).catch(() => undefined);
      const table = answer === undefined ? undefined : parseShowProc(answer);
      if (table !== undefined) return table;
      await pause(10);
    }
    return undefined;
  }

  /** Tells the master to read its configuration again; what it says to it. */
  reload(timeoutMs: number, signal: AbortSignal): Promise<string> {
    return this.#askMaster('reload', timeoutMs, signal);
  }

  #askMaster(command: string, timeoutMs: number, signal: AbortSignal): Promise<string> {
    return askPatiently(this.#master(), { message: `${command}\n`, timeoutMs, ends: true }, signal);
  }
}
