import { Worker } from 'node:worker_threads';
import type { PasswordJob } from './password-worker.ts';

/** Passwords that may wait to be checked; more are turned away. */
const MOST_WAITING = 256;
/** A hash that takes longer than this is not checked. */
const LIMIT_MS = 10_000;

interface Waiting {
  readonly job: PasswordJob;
  readonly done: (fits: boolean | undefined) => void;
}

/** Checks passwords one after the other in a thread of its own, which starts with the first: they take long on purpose. */
export class PasswordChecker {
  #worker: Worker | undefined;
  #current: Waiting | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #waiting: Waiting[] = [];

  /** Whether the password fits; undefined when that cannot be told now. */
  async check(job: PasswordJob): Promise<boolean | undefined> {
    if (this.#waiting.length >= MOST_WAITING) return undefined;
    const { promise, resolve } = Promise.withResolvers<boolean | undefined>();
    this.#waiting.push({ job, done: resolve });
    if (this.#current === undefined) this.#next();
    return promise;
  }

  /** Ends the thread; what is waiting is not checked. */
  close(): void {
    for (const { done } of this.#waiting.splice(0)) done(undefined);
    this.#finish(undefined);
    this.#stop();
  }

  #next(): void {
    const current = this.#waiting.shift();
    this.#current = current;
    if (current === undefined) return;
    this.#timer = setTimeout(() => this.#fail(), LIMIT_MS).unref();
    this.#start().postMessage(current.job, []);
  }

  #start(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(new URL(`./password-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url));
    worker.unref();
    worker.on('message', (fits: unknown) => {
      if (this.#worker === worker) this.#finish(fits === true);
    });
    worker.on('error', () => {
      if (this.#worker === worker) this.#fail();
    });
    this.#worker = worker;
    return worker;
  }

  #fail(): void {
    this.#stop();
    this.#finish(undefined);
  }

  #stop(): void {
    void this.#worker?.terminate();
    this.#worker = undefined;
  }

  #finish(fits: boolean | undefined): void {
    clearTimeout(this.#timer);
    this.#current?.done(fits);
    this.#current = undefined;
    this.#next();
  }
}
