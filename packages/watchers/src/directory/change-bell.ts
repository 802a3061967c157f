/** Silence after which a burst of changes counts as over. */
const QUIET_MS = 20;

/** Longest time that a burst may keep others waiting. */
const LONGEST_BURST_MS = 200;

/** Turns bursts of signals into single wake-ups. Rings while nobody waits are kept. */
export class ChangeBell {
  #firstRing: number | undefined;
  /** When the burst began that a wait was ended by last, milliseconds since 1970; undefined when nothing rang. */
  rangMs: number | undefined;
  #wake: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** Says that something changed. */
  ring(): void {
    this.#firstRing ??= performance.now();
    if (this.#wake !== undefined) this.#arm(this.#burstMs());
  }

  /** Resolves once a burst is over, after `timeoutMs` without any, or when the signal fires. One caller at a time. */
  async wait(timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = (): void => resolve();
    this.#wake = wake;
    signal.addEventListener('abort', wake, { once: true });
    this.#arm(this.#firstRing === undefined ? timeoutMs : this.#burstMs());
    await promise;
    signal.removeEventListener('abort', wake);
    clearTimeout(this.#timer);
    this.#wake = undefined;
    this.rangMs = this.#firstRing === undefined ? undefined : Date.now() - (performance.now() - this.#firstRing);
    this.#firstRing = undefined;
  }

  #burstMs(): number {
    const rung = performance.now() - (this.#firstRing ?? performance.now());
    return Math.max(0, Math.min(QUIET_MS, LONGEST_BURST_MS - rung));
  }

  #arm(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#wake?.(), ms);
  }
}
