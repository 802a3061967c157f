/** Notices a step of the loop that does not come to an end. Steps are told one after the other; how many there are does not matter. */
export class LoopPulse {
  readonly #limitMs: number;
  #step: string | undefined;
  #sinceMs = 0;

  /** `limitMs`: a step that lasts longer hangs. */
  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  /** This step begins now. */
  begin(step: string): void {
    this.#step = step;
    this.#sinceMs = performance.now();
  }

  /** Nothing is under way. */
  rest(): void {
    this.#step = undefined;
  }

  /** A sentence about the step that hangs; undefined while all is well. */
  trouble(): string | undefined {
    if (this.#step === undefined) return undefined;
    const lastsMs = performance.now() - this.#sinceMs;
    if (lastsMs <= this.#limitMs) return undefined;
    return `the reconcile loop hangs: ${this.#step} has not come to an end for ${Math.floor(lastsMs / 1000)} s`;
  }
}
