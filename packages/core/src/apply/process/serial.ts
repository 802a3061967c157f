/** Runs tasks one after another, in the order in which they were given. */
export class Serial {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** Whether nothing runs or waits. */
  get idle(): boolean {
    return this.#waiting === 0;
  }

  /** Resolves or rejects as the task does. */
  run<T>(task: () => Promise<T>): Promise<T> {
    this.#waiting++;
    const result = this.#last.then(task).finally(() => this.#waiting--);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
