/** How changes are gathered into one run of the loop. */
export interface CoalescerOptions {
  /** A run waits until nothing changed for this long ... */
  readonly holdOffMs: number;
  /** ... but never longer than this after the first change. */
  readonly maxHoldOffMs: number;
}

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
    const left = this.#firstChangeAtMs + this.#options.maxHoldOffMs - now;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#run(), Math.max(0, Math.min(this.#options.holdOffMs, left)));
  }

  /** No further run starts; resolves when the current one is over. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  #run(): void {
    this.#firstChangeAtMs = undefined;
    this.#running = this.#task()
      .catch(this.#onError)
      .finally(() => {
        this.#running = undefined;
        if (this.#firstChangeAtMs !== undefined) this.trigger();
      });
  }
}
