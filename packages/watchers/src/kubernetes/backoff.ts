const FIRST_MS = 250;

/** Pauses between tries: each about twice as long as the one before, up to a limit, by chance longer or shorter by half. */
export class Backoff {
  readonly #mostMs: number;
  readonly #random: () => number;
  #nextMs = FIRST_MS;

  constructor(mostMs: number, random: () => number = Math.random) {
    this.#mostMs = mostMs;
    this.#random = random;
  }

  /** The next pause, in milliseconds; at least `atLeastMs`. */
  next(atLeastMs = 0): number {
    const pauseMs = this.#nextMs * (0.5 + this.#random());
    this.#nextMs = Math.min(this.#nextMs * 2, this.#mostMs);
    return Math.max(pauseMs, atLeastMs);
  }

  reset(): void {
    this.#nextMs = FIRST_MS;
  }
}
