import { rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { SluiceError, adoptMaster, allEnded, isAlive, messageOf, signalProcess } from '@sluice/core';
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

/** Pauses before nginx is started again; the last one repeats. */
const BACK_OFF_MS = [0, 200, 1000, 2000, 5000, 10_000] as const;
/** A master that ran this long ended for a reason of its own, not for that of the one before. */
const STEADY_MS = 60_000;
const POLL_MS = 10;
const ANSWER_MS = 1000;
/** Workers that were told to end at once have this long. */
const LAST_MS = 300;

/** The nginx that runs in the folder: started, taken over, started again when it dies, stopped. */
export class NginxProcess {
  readonly #parts: NginxProcessParts;
  #master: Master | undefined;
  #startedMs = 0;
  #failures = 0;
  #restarts = 0;
  #stopping = false;
  #aborter = new AbortController();
  #known: readonly ProcessIdentity[] = [];
  #reviving: Promise<void> | undefined;

  constructor(parts: NginxProcessParts) {
    this.#parts = parts;
  }

  get pid(): number | undefined {
    return this.#master?.pid;
  }

  /** How often nginx had to be started again. */
  get restarts(): number {
    return this.#restarts;
  }

  isAlive(): boolean {
    return this.#master !== undefined && isAlive(this.#master);
  }

  workers(): readonly Worker[] {
    const workers = this.#master === undefined ? [] : workersOf(this.#master.pid);
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
    if (this.#master === undefined || !signalProcess(this.#master, 'SIGHUP'))
      throw new SluiceError('SLU3005', 'nginx does not run; it is being started again');
  }

  /** Looks after nginx no longer; it goes on. */
  forget(): void {
    this.#master = undefined;
  }

  /** Lets connections end until `signal` fires, then cuts them. Nothing of nginx is left when this resolves. */
  async stop(signal: AbortSignal): Promise<void> {
    this.#stopping = true;
    this.#aborter.abort();
    await this.#reviving;
    // Whoever does not wait for the end of a stop does not want nginx to outlive this process.
    const endAtOnce = (): void => this.#everybody().forEach((one) => signalProcess(one, 'SIGTERM'));
    process.once('exit', endAtOnce);
    for (const step of ['SIGQUIT', 'SIGTERM', 'SIGKILL'] as const) {
      const everybody = this.#everybody();
      if (everybody.length === 0) break;
      // The master tells its workers to finish; what they do not obey goes to all of them.
      for (const one of step === 'SIGQUIT' ? this.#leaders() : everybody) signalProcess(one, step);
      await allEnded(everybody, step === 'SIGQUIT' ? signal : AbortSignal.timeout(LAST_MS));
    }
    process.off('exit', endAtOnce);
    this.#master = undefined;
    this.#stopping = false;
    this.#aborter = new AbortController();
  }

  /** The master, and workers that have none. */
  #leaders(): readonly ProcessIdentity[] {
    return [...(this.#master === undefined ? [] : [this.#master]), ...this.orphans()].filter(isAlive);
  }

  #everybody(): readonly ProcessIdentity[] {
    return [...this.#leaders(), ...this.workers()];
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

  /** A dead master's workers still serve: the next one listens beside them, and they end when it answers. */
  async #revive({ code, signal }: MasterEnd): Promise<void> {
    const { logger, restarted, failed } = this.#parts;
    if (performance.now() - this.#startedMs > STEADY_MS) this.#failures = 0;
    while (!this.#stopping) {
      const pauseMs = BACK_OFF_MS[Math.min(this.#failures++, BACK_OFF_MS.length - 1)] ?? 0;
      logger.error('nginx has ended and is started again', { code, signal, pauseMs, lastWords: lastWords(this.#parts.folder) });
      await pause(pauseMs, undefined, { signal: this.#aborter.signal }).catch(() => undefined);
      if (this.#stopping) return;
      try {
        await this.start(this.#aborter.signal);
        this.#restarts++;
        restarted();
        return;
      } catch (error) {
        if (this.#stopping) return;
        logger.error('nginx cannot be started', { error: messageOf(error) });
        await failed().catch(() => undefined);
      }
    }
  }

  async #spawn(signal: AbortSignal): Promise<Master> {
    const { folder, control } = this.#parts;
    // The socket of a dead master is in the way of the next one, which would not replace it.
    rmSync(folder.control, { force: true });
    const master = await spawnMaster(this.#parts, folder);
    let end: MasterEnd | undefined;
    void master.ended.then((how) => (end = how));
    while (!signal.aborted) {
      if (end !== undefined) throw refusal(folder, end);
      if ((await control.generation(ANSWER_MS)) !== undefined) return master;
      await pause(POLL_MS);
    }
    for (const one of [master, ...workersOf(master.pid)]) signalProcess(one, 'SIGKILL');
    throw signal.reason;
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
