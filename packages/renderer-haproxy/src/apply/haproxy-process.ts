import { rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { SluiceError, adoptMaster, allEnded, isAlive, messageOf, signalProcess } from '@sluice/core';
import type { Logger, Master, MasterEnd, ProcessIdentity } from '@sluice/core';
import type { HaproxyFolder } from './haproxy-folder.ts';
import { findMaster, lastWords, orphansIn, outputOf, spawnHaproxy, workersOf } from './haproxy-master.ts';
import type { Program } from './haproxy-master.ts';
import type { MasterCli } from './master-cli.ts';

export interface HaproxyProcessParts extends Program {
  readonly folder: HaproxyFolder;
  readonly cli: MasterCli;
  readonly logger: Logger;
  /** Called when HAProxy serves again after it has died: what it was told at runtime is gone. */
  readonly restarted: () => void;
  /** Called when it could not be started again, before that is tried once more. */
  readonly failed: () => Promise<void>;
}

/** Pauses before HAProxy is started again; the last one repeats. */
const BACK_OFF_MS = [0, 200, 1000, 2000, 5000, 10_000] as const;
/** One that ran this long ended for a reason of its own, not for that of the one before. */
const STEADY_MS = 60_000;
const POLL_MS = 10;
const ANSWER_MS = 1000;
/** Processes that were told to end at once have this long. */
const LAST_MS = 300;

/** The HAProxy that runs in the folder: started, taken over, started again when it dies, stopped. */
export class HaproxyProcess {
  readonly #parts: HaproxyProcessParts;
  #master: Master | undefined;
  /** A master of another program, which goes when the next one serves. */
  #leaving: ProcessIdentity | undefined;
  #startedMs = 0;
  #failures = 0;
  #restarts = 0;
  #stopping = false;
  #aborter = new AbortController();
  #known: readonly ProcessIdentity[] = [];
  #reviving: Promise<void> | undefined;

  constructor(parts: HaproxyProcessParts) {
    this.#parts = parts;
  }

  get pid(): number | undefined {
    return this.#master?.pid;
  }

  /** How often HAProxy had to be started again. */
  get restarts(): number {
    return this.#restarts;
  }

  isAlive(): boolean {
    return this.#master !== undefined && isAlive(this.#master);
  }

  /** Workers of the master, old ones as well. */
  workers(): readonly ProcessIdentity[] {
    const workers = this.#master === undefined ? [] : workersOf(this.#master);
    if (workers.length > 0) this.#known = workers;
    return workers;
  }

  /** Processes of an earlier run that can be taken over or replaced without a gap. */
  remains(): readonly number[] {
    const found = findMaster(this.#parts.folder, this.#parts.program);
    return [...(found === undefined ? [] : [found, ...workersOf(found)]), ...this.#orphans()].map(({ pid }) => pid);
  }

  /** Takes over the HAProxy that runs already. False when there is none that is of use: it goes when the next one serves. */
  async adopt(signal: AbortSignal): Promise<boolean> {
    const { folder, program, cli, logger } = this.#parts;
    const found = findMaster(folder, program);
    if (found === undefined) return false;
    const answers = !signal.aborted && (await cli.generation({ timeoutMs: 2 * ANSWER_MS })) !== undefined;
    if (found.isSame && answers) {
      this.#supervise(adoptMaster(found));
      logger.info('adopted haproxy', { pid: found.pid });
      return true;
    }
    logger.warn('the haproxy that runs is of no use and is replaced', { pid: found.pid });
    if (answers) this.#leaving = found;
    else await this.#end([found, ...workersOf(found)]);
    return false;
  }

  /** Starts HAProxy and resolves when it serves. Whatever served before goes then. Throws `SLU3002`, or `SLU3001` for an address. */
  async start(signal: AbortSignal): Promise<void> {
    const before = [...this.#orphans(), ...(this.#leaving === undefined ? [] : [this.#leaving])];
    const master = await this.#spawn(signal);
    this.#leaving = undefined;
    this.#supervise(master);
    for (const one of before) signalProcess(one, 'SIGUSR1');
    this.#parts.logger.info('started haproxy', { pid: master.pid });
  }

  /** Looks after HAProxy no longer; it goes on. */
  forget(): void {
    this.#master = undefined;
  }

  /** Lets connections end until `signal` fires, then cuts them. Nothing of HAProxy is left when this resolves. */
  async stop(signal: AbortSignal): Promise<void> {
    this.#stopping = true;
    this.#aborter.abort();
    await this.#reviving;
    // Whoever does not wait for the end of a stop does not want HAProxy to outlive this process.
    const endAtOnce = (): void => this.#everybody().forEach((one) => signalProcess(one, 'SIGTERM'));
    process.once('exit', endAtOnce);
    for (const step of ['SIGUSR1', 'SIGTERM', 'SIGKILL'] as const) {
      const everybody = this.#everybody();
      if (everybody.length === 0) break;
      // The master tells its workers to finish; what they do not obey goes to all of them.
      for (const one of step === 'SIGUSR1' ? this.#leaders() : everybody) signalProcess(one, step);
      await allEnded(everybody, step === 'SIGUSR1' ? signal : AbortSignal.timeout(LAST_MS));
    }
    process.off('exit', endAtOnce);
    this.#master = undefined;
    this.#stopping = false;
    this.#aborter = new AbortController();
  }

  #orphans(): readonly ProcessIdentity[] {
    return orphansIn(this.#parts.folder, this.#known);
  }

  /** Masters, and workers that have none. */
  #leaders(): readonly ProcessIdentity[] {
    const masters = [this.#master, this.#leaving].filter((one) => one !== undefined);
    return [...masters, ...this.#orphans()].filter(isAlive);
  }

  #everybody(): readonly ProcessIdentity[] {
    const masters = [this.#master, this.#leaving].filter((one) => one !== undefined);
    return [...this.#leaders(), ...masters.flatMap(workersOf)];
  }

  async #end(processes: readonly ProcessIdentity[]): Promise<void> {
    for (const one of processes) signalProcess(one, 'SIGKILL');
    await allEnded(processes, AbortSignal.timeout(ANSWER_MS));
  }

  #supervise(master: Master): void {
    this.#master = master;
    this.#startedMs = performance.now();
    this.workers();
    void this.#follow(master);
  }

  async #follow(master: Master): Promise<void> {
    const end = await master.ended;
    if (!this.#stopping && this.#master === master) this.#reviving = this.#revive(end);
  }

  /** Workers of a dead master still serve: the next one listens beside them, and they end when it answers. */
  async #revive({ code, signal }: MasterEnd): Promise<void> {
    const { logger, restarted, failed, folder } = this.#parts;
    if (performance.now() - this.#startedMs > STEADY_MS) this.#failures = 0;
    while (!this.#stopping) {
      const pauseMs = BACK_OFF_MS[Math.min(this.#failures++, BACK_OFF_MS.length - 1)] ?? 0;
      logger.error('haproxy has ended and is started again', { code, signal, pauseMs, lastWords: lastWords(folder) });
      await pause(pauseMs, undefined, { signal: this.#aborter.signal }).catch(() => undefined);
      if (this.#stopping) return;
      try {
        await this.start(this.#aborter.signal);
        this.#restarts++;
        restarted();
        return;
      } catch (error) {
        if (this.#stopping) return;
        logger.error('haproxy cannot be started', { error: messageOf(error) });
        await failed().catch(() => undefined);
      }
    }
  }

  async #spawn(signal: AbortSignal): Promise<Master> {
    const { folder, cli } = this.#parts;
    // Whoever answers on the sockets is the new one.
    for (const path of [folder.workerSocket, folder.masterSocket]) rmSync(path, { force: true });
    const master = await spawnHaproxy(this.#parts, folder);
    let end: MasterEnd | undefined;
    void master.ended.then((how) => (end = how));
    while (!signal.aborted) {
      if (end !== undefined) throw refusal(folder, end);
      if ((await cli.generation({ timeoutMs: ANSWER_MS })) !== undefined) return master;
      await pause(POLL_MS);
    }
    await this.#end([master, ...workersOf(master)]);
    throw signal.reason;
  }
}

function refusal(folder: HaproxyFolder, { code, signal }: MasterEnd): SluiceError {
  const address = /cannot (?:bind|listen on) socket \(([^)]*)\)(?: for)? \[([^\]]*?:\d+)\]/.exec(outputOf(folder));
  if (address !== null) return new SluiceError('SLU3001', `cannot listen on ${address[2]}: ${address[1]}`);
  return new SluiceError('SLU3002', `HAProxy ended with ${signal ?? `status ${code}`}: ${lastWords(folder) || 'it said nothing'}`);
}
