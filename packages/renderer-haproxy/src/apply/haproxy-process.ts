import { rmSync } from 'node:fs';
import { SluiceError, Supervisor, adoptMaster, allEnded, isAlive, servesOrEnds, signalProcess } from '@sluice/core';
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

const ANSWER_MS = 1000;

/** The HAProxy that runs in the folder: started, taken over, started again when it dies, stopped. */
export class HaproxyProcess {
  readonly #parts: HaproxyProcessParts;
  readonly #supervisor: Supervisor;
  /** A master of another program, which goes when the next one serves. */
  #leaving: ProcessIdentity | undefined;
  #known: readonly ProcessIdentity[] = [];

  constructor(parts: HaproxyProcessParts) {
    this.#parts = parts;
    this.#supervisor = new Supervisor({
      name: 'haproxy',
      logger: parts.logger,
      finish: 'SIGUSR1',
      leaders: () => this.#leaders(),
      everybody: () => this.all(),
      lastWords: () => lastWords(parts.folder),
      start: (signal) => this.start(signal),
      restarted: parts.restarted,
      failed: parts.failed,
    });
  }

  get pid(): number | undefined {
    return this.#supervisor.master?.pid;
  }

  /** How often HAProxy had to be started again. */
  get restarts(): number {
    return this.#supervisor.restarts;
  }

  isAlive(): boolean {
    return this.#supervisor.isAlive();
  }

  /** Every process of HAProxy, workers without a master among them. */
  all(): readonly ProcessIdentity[] {
    return [...this.#leaders(), ...this.#masters().flatMap(workersOf)];
  }

  /** Workers of the master, old ones as well. */
  workers(): readonly ProcessIdentity[] {
    const { master } = this.#supervisor;
    const workers = master === undefined ? [] : workersOf(master);
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
    this.#supervisor.forget();
  }

  /** Lets connections end until `signal` fires, then cuts them. Nothing of HAProxy is left when this resolves. */
  stop(signal: AbortSignal): Promise<void> {
    return this.#supervisor.stop(signal);
  }

  #orphans(): readonly ProcessIdentity[] {
    return orphansIn(this.#parts.folder, this.#known);
  }

  #masters(): readonly ProcessIdentity[] {
    return [this.#supervisor.master, this.#leaving].filter((one) => one !== undefined);
  }

  #leaders(): readonly ProcessIdentity[] {
    return [...this.#masters(), ...this.#orphans()].filter(isAlive);
  }

  async #end(processes: readonly ProcessIdentity[]): Promise<void> {
    for (const one of processes) signalProcess(one, 'SIGKILL');
    await allEnded(processes, AbortSignal.timeout(ANSWER_MS));
  }

  #supervise(master: Master): void {
    this.#supervisor.supervise(master);
    this.workers();
  }

  async #spawn(signal: AbortSignal): Promise<Master> {
    const { folder, cli } = this.#parts;
    // Whoever answers on the sockets is the new one.
    for (const path of [folder.workerSocket, folder.masterSocket]) rmSync(path, { force: true });
    const master = await spawnHaproxy(this.#parts, folder);
    try {
      const end = await servesOrEnds(master, async () => (await cli.generation({ timeoutMs: ANSWER_MS })) !== undefined, signal);
      if (end !== undefined) throw refusal(folder, end);
      return master;
    } catch (error) {
      await this.#end([master, ...workersOf(master)]);
      throw error;
    }
  }
}

function refusal(folder: HaproxyFolder, { code, signal }: MasterEnd): SluiceError {
  const address = /cannot (?:bind|listen on) socket \(([^)]*)\)(?: for)? \[([^\]]*?:\d+)\]/.exec(outputOf(folder));
  if (address !== null) return new SluiceError('SLU3001', `cannot listen on ${address[2]}: ${address[1]}`);
  return new SluiceError('SLU3002', `HAProxy ended with ${signal ?? `status ${code}`}: ${lastWords(folder) || 'it said nothing'}`);
}
