import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../../errors.ts';
import type { Logger } from '../../observe/logger.ts';
import { allEnded, isAlive, signalProcess } from '../../observe/process/process-info.ts';
import type { ProcessIdentity } from '../../observe/process/process-info.ts';
import type { Master, MasterEnd } from './master.ts';

/** Pauses before a proxy is started again; the last one repeats. */
const BACK_OFF_MS = [0, 200, 1000, 2000, 5000, 10_000] as const;
/** A master that ran this long ended for a reason of its own, not for that of the one before. */
const STEADY_MS = 60_000;
const POLL_MS = 10;
/** Processes that were told to end at once have this long. */
const LAST_MS = 300;

/** The proxy that a supervisor looks after. */
export interface Supervised {
  /** What the log calls it. */
  readonly name: string;
  readonly logger: Logger;
  /** The signal by which a process lets its connections end. */
  readonly finish: NodeJS.Signals;
  /** Masters, and workers that have none: they are told to finish, and masters tell their workers. */
  leaders(): readonly ProcessIdentity[];
  /** Every process of the proxy. */
  everybody(): readonly ProcessIdentity[];
  /** What it complained of last. */
  lastWords(): string;
  /** Starts it in place of a master that has died, and has the new one supervised. */
  start(signal: AbortSignal): Promise<void>;
  /** Called when it serves again after it has died: what it was told at runtime is gone. */
  restarted(): void;
  /** Called when it could not be started again, before that is tried once more. */
  failed(): Promise<void>;
}

/** Starts a proxy again when its master dies, until it is stopped or forgotten. */
export class Supervisor {
  readonly #proxy: Supervised;
  #master: Master | undefined;
  #startedMs = 0;
  #failures = 0;
  #restarts = 0;
  #stopping = false;
  #aborter = new AbortController();
  #reviving: Promise<void> | undefined;

  constructor(proxy: Supervised) {
    this.#proxy = proxy;
  }

  get master(): Master | undefined {
    return this.#master;
  }

  /** Whether its master runs. */
  isAlive(): boolean {
    return this.#master !== undefined && isAlive(this.#master);
  }

  /** How often the proxy had to be started again. */
  get restarts(): number {
    return this.#restarts;
  }

  /** Looks after this master from now on. */
  supervise(master: Master): void {
    this.#master = master;
    this.#startedMs = performance.now();
    void this.#follow(master);
  }

  /** Looks after the proxy no longer; it goes on. */
  forget(): void {
    this.#master = undefined;
  }

  /** Lets connections end until `signal` fires, then cuts them. Nothing of the proxy is left when this resolves. */
  async stop(signal: AbortSignal): Promise<void> {
    const { finish } = this.#proxy;
    this.#stopping = true;
    this.#aborter.abort();
    await this.#reviving;
    // Whoever does not wait for the end of a stop does not want the proxy to outlive this process.
    const endAtOnce = (): void => this.#proxy.everybody().forEach((one) => signalProcess(one, 'SIGTERM'));
    process.once('exit', endAtOnce);
    for (const step of [finish, 'SIGTERM', 'SIGKILL'] as const) {
      const everybody = this.#proxy.everybody();
      if (everybody.length === 0) break;
      // What is not obeyed by those who lead goes to all of them.
      for (const one of step === finish ? this.#proxy.leaders() : everybody) signalProcess(one, step);
      await allEnded(everybody, step === finish ? signal : AbortSignal.timeout(LAST_MS));
    }
    process.off('exit', endAtOnce);
    this.#master = undefined;
    this.#stopping = false;
    this.#aborter = new AbortController();
  }

  async #follow(master: Master): Promise<void> {
    const end = await master.ended;
    if (!this.#stopping && this.#master === master) this.#reviving = this.#revive(end);
  }

  /** Workers of a dead master still serve: the next one listens beside them, and they end when it answers. */
  async #revive({ code, signal }: MasterEnd): Promise<void> {
    const { name, logger } = this.#proxy;
    if (performance.now() - this.#startedMs > STEADY_MS) this.#failures = 0;
    while (!this.#stopping) {
      const pauseMs = BACK_OFF_MS[Math.min(this.#failures++, BACK_OFF_MS.length - 1)] ?? 0;
      logger.error(`${name} has ended and is started again`, { code, signal, pauseMs, lastWords: this.#proxy.lastWords() });
      await pause(pauseMs, undefined, { signal: this.#aborter.signal }).catch(() => undefined);
      if (this.#stopping) return;
      try {
        await this.#proxy.start(this.#aborter.signal);
        this.#restarts++;
        this.#proxy.restarted();
        return;
      } catch (error) {
        if (this.#stopping) return;
        logger.error(`${name} cannot be started`, { error: messageOf(error) });
        await this.#proxy.failed().catch(() => undefined);
      }
    }
  }
}

/** Resolves when a master serves: with undefined, or with how it ended before it did. Rejects with the reason of `signal`. */
export async function servesOrEnds(master: Master, serves: () => Promise<boolean>, signal: AbortSignal): Promise<MasterEnd | undefined> {
  let end: MasterEnd | undefined;
  void master.ended.then((how) => (end = how));
  while (!signal.aborted) {
    if (end !== undefined) return end;
    if (await serves()) return undefined;
    await pause(POLL_MS);
  }
  throw signal.reason;
}
