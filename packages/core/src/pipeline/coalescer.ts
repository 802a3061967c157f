/** How changes are gathered into one run of the loop. */
export interface CoalescerOptions {
  /** A run waits until nothing changed for this long ... */
  readonly holdOffMs: number;
  /** ... but never longer than this after the first change; less where runs are quick, so that a steady stream of changes is not slow. */
  readonly maxHoldOffMs: number;
}

/** Under a steady stream of changes so many parts of the time are rest, for one part of work. */
const REST = 4;

/**
 * Runs a task after changes, once for a burst, never twice at a time. Changes during a run cause one more run.
 * The task deals with its own errors; one that rejects is handed to `onError` and the next change runs it again.
 */
export class Coalescer {
  readonly #options: CoalescerOptions;
  readonly #task: () => Promise<void>;
  readonly #onError: (error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;
  #firstChangeAtMs: number | undefined;
  #running: Promise<void> | undefined;
  /** How long the last run took. */
  #lastRunMs = Infinity;
  #stopped = false;

  constructor(options: CoalescerOptions, task: () => Promise<void>, onError: (error: unknown) => void) {
    this.#options = options;
    this.#task = task;
    this.#onError = onError;
  }

  /** Something changed. */
  trigger(): void {
    if (this.#stopped) return;
    const now = performance.now();
    this.#firstChangeAtMs ??= now;
    if (this.#running !== undefined) return;
    const { holdOffMs, maxHoldOffMs } = this.#options;
    const most = Math.min(maxHoldOffMs, Math.max(2 * holdOffMs, REST * this.#lastRunMs));
    const left = this.#firstChangeAtMs + most - now;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#run(), Math.max(0, Math.min(holdOffMs, left)));
  }

  /** No further run starts; resolves when the current one is over. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  #run(): void {
    this.#firstChangeAtMs = undefined;
    const startMs = performance.now();
    this.#running = this.#task()
      .catch(this.#onError)
      .finally(() => {
        this.#running = undefined;
        this.#lastRunMs = performance.now() - startMs;
        if (this.#firstChangeAtMs !== undefined) this.trigger();
      });
  }
}
