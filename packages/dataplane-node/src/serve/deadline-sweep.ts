/** Something that may take too long. `deadlineMs` is on the clock of `performance.now()`; Infinity for none. */
export interface Deadlined {
  readonly deadlineMs: number;
  onDeadline(): void;
  /** `onDeadline` threw. Must not throw. */
  onFault(error: unknown): void;
}

/**
 * Looks at all deadlines twice a second. One timer for the process instead of one for each request: setting a deadline is
 * an assignment, and half a second does not matter for timeouts of seconds.
 */
export class DeadlineSweep {
  readonly #members = new Set<Deadlined>();
  readonly #timer: NodeJS.Timeout;

  constructor(intervalMs = 500) {
    this.#timer = setInterval(() => this.#sweep(), intervalMs);
    this.#timer.unref();
  }

  add(member: Deadlined): void {
    this.#members.add(member);
  }

  delete(member: Deadlined): void {
    this.#members.delete(member);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#members.clear();
  }

  #sweep(): void {
    const nowMs = performance.now();
    for (const member of this.#members) if (member.deadlineMs <= nowMs) tellLate(member);
  }
}

/** One that throws must neither end the process nor keep the others from being told. */
function tellLate(member: Deadlined): void {
  try {
    member.onDeadline();
  } catch (error) {
    member.onFault(error);
  }
}
