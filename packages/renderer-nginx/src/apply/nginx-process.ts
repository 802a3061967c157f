import { rmSync } from 'node:fs';
import { SluiceError, Supervisor, adoptMaster, allEnded, isAlive, servesOrEnds, signalProcess } from '@sluice/core';
import type { Logger, Master, MasterEnd, ProcessIdentity } from '@sluice/core';
import { orphansIn, workersOf } from '../observe/worker-census.ts';
import type { Worker } from '../observe/worker-census.ts';
import type { ControlSocket } from './control-socket.ts';
import { findMaster, lastWords, outputOf, runsProgram, spawnMaster } from './nginx-master.ts';
import type { Program } from './nginx-master.ts';
import type { NginxFolder } from './nginx-folder.ts';

export interface NginxProcessParts extends Program {
  readonly folder: NginxFolder;
  readonly control: ControlSocket;
  readonly logger: Logger;
  /** Called when nginx serves again after its master has died: what was in its memory is gone. */
  readonly restarted: () => void;
  /** Called when it could not be started again, before that is tried once more. */
  readonly failed: () => Promise<void>;
  /** Called while workers without a master still serve, before the nginx that replaces them starts. */
  readonly leaving: () => Promise<void>;
  /** Called when they have been told to finish: clients may have them for long. */
  readonly left: (workers: readonly Worker[]) => void;
}

const ANSWER_MS = 1000;

/** The nginx that runs in the folder: started, taken over, started again when it dies, stopped. */
export class NginxProcess {
  readonly #parts: NginxProcessParts;
  readonly #supervisor: Supervisor;
  #known: readonly ProcessIdentity[] = [];

  constructor(parts: NginxProcessParts) {
    this.#parts = parts;
    this.#supervisor = new Supervisor({
      name: 'nginx',
      logger: parts.logger,
      finish: 'SIGQUIT',
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

  /** How often nginx had to be started again. */
  get restarts(): number {
    return this.#supervisor.restarts;
  }

  isAlive(): boolean {
    return this.#supervisor.isAlive();
  }

  /** Every process of nginx, workers without a master among them. */
  all(): readonly ProcessIdentity[] {
    return [...this.#leaders(), ...this.workers()];
  }

  workers(): readonly Worker[] {
    const { pid } = this;
    const workers = pid === undefined ? [] : workersOf(pid);
    if (workers.length > 0) this.#known = workers;
    return workers;
  }

  /** Workers whose master is gone: they serve until they are told to end. */
  orphans(): readonly Worker[] {
    return orphansIn(this.#parts.folder.root, this.#known);
  }

  /** Processes of an earlier run that can be taken over or replaced without a gap. */
  remains(): readonly number[] {
    const found = findMaster(this.#parts.folder);
    const workers = found === undefined ? [] : [found, ...workersOf(found.pid)];
    return [...workers, ...this.orphans()].map(({ pid }) => pid);
  }

  /**
   * Takes over the nginx that runs already, without a gap. False when there is none that is of use: one of another program, or
   * one that does not answer, is ended here but for its workers, which serve until the next one does.
   */
  async adopt(signal: AbortSignal): Promise<boolean> {
    const { folder, program, control, logger } = this.#parts;
    const found = findMaster(folder);
    if (found === undefined) return false;
    if (runsProgram(found, program, folder) && (await answers(control, signal))) {
      this.#supervise(adoptMaster(found));
      logger.info('adopted nginx', { pid: found.pid });
      return true;
    }
    logger.warn('the nginx that runs is of no use and is replaced', { pid: found.pid });
    signalProcess(found, 'SIGKILL');
    await allEnded([found], AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]));
    return false;
  }

  /** Starts nginx and resolves when it serves. Orphans go on until then. Throws `SLU3002`, or `SLU3001` for an address. */
  async start(signal: AbortSignal): Promise<void> {
    const orphans = this.orphans();
    if (orphans.length > 0) await this.#parts.leaving();
    const master = await this.#spawn(signal);
    this.#supervise(master);
    for (const orphan of orphans) signalProcess(orphan, 'SIGQUIT');
    this.#parts.left(orphans.filter(({ draining }) => !draining));
    this.#parts.logger.info('started nginx', { pid: master.pid });
  }

  /** Tells the master to read its configuration again. Throws `SLU3005` when there is none. */
  reload(): void {
    const { master } = this.#supervisor;
    if (master === undefined || !signalProcess(master, 'SIGHUP'))
      throw new SluiceError('SLU3005', 'nginx does not run; it is being started again');
  }

  /** Looks after nginx no longer; it goes on. */
  forget(): void {
    this.#supervisor.forget();
  }

  /** Lets connections end until `signal` fires, then cuts them. Nothing of nginx is left when this resolves. */
  stop(signal: AbortSignal): Promise<void> {
    return this.#supervisor.stop(signal);
  }

  #leaders(): readonly ProcessIdentity[] {
    const { master } = this.#supervisor;
    return [...(master === undefined ? [] : [master]), ...this.orphans()].filter(isAlive);
  }

  #supervise(master: Master): void {
    this.#supervisor.supervise(master);
    this.workers();
  }

  async #spawn(signal: AbortSignal): Promise<Master> {
    const { folder, control } = this.#parts;
    // The socket of a dead master is in the way of the next one, which would not replace it.
    rmSync(folder.control, { force: true });
    const master = await spawnMaster(this.#parts, folder);
    try {
      const end = await servesOrEnds(master, async () => (await control.generation(ANSWER_MS)) !== undefined, signal);
      if (end !== undefined) throw refusal(folder, end);
      return master;
    } catch (error) {
      const left = [master, ...workersOf(master.pid)];
      for (const one of left) signalProcess(one, 'SIGKILL');
      await allEnded(left, AbortSignal.timeout(ANSWER_MS));
      throw error;
    }
  }
}

function refusal(folder: NginxFolder, { code, signal }: MasterEnd): SluiceError {
  const address = /(?:bind|listen|socket)\(\) (?:to )?(\S+)(?:, backlog \d+)? failed \(\d+: ([^)]*)\)/.exec(outputOf(folder));
  if (address !== null) return new SluiceError('SLU3001', `cannot listen on ${address[1]}: ${address[2]}`);
  return new SluiceError('SLU3002', `nginx ended with ${signal ?? `status ${code}`}: ${lastWords(folder) || 'it said nothing'}`);
}

async function answers(control: ControlSocket, signal: AbortSignal): Promise<boolean> {
  return !signal.aborted && (await control.generation(2 * ANSWER_MS)) !== undefined;
}
