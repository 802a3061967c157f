import type { Sample } from '@sluice/core';

/** Counts things by their labels. */
export class Tally {
  readonly #counts = new Map<string, { value: number; readonly labels: Readonly<Record<string, string>> }>();

  /** Those that are told before anything has happened. */
  constructor(...known: readonly Readonly<Record<string, string>>[]) {
    for (const labels of known) this.#counts.set(JSON.stringify(labels), { value: 0, labels });
  }

  add(labels: Readonly<Record<string, string>>): void {
    const key = JSON.stringify(labels);
    const count = this.#counts.get(key) ?? { value: 0, labels };
    count.value++;
    this.#counts.set(key, count);
  }

  samples(): readonly Sample[] {
    return [...this.#counts.values()];
  }
}
