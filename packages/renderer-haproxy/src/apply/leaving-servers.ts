import { setTimeout as pause } from 'node:timers/promises';
import type { Serial } from '@sluice/core';
import type { WorkerChannel } from './worker-channel.ts';

/** Pauses between attempts; the last one repeats. */
const PAUSES_MS = [20, 50, 100, 200, 500, 1000, 2000] as const;
/** As much as one attempt asks for. */
const AT_ONCE = 500;

/** Servers without new requests, until the ones that they have are answered and HAProxy lets them be deleted. */
export class LeavingServers {
  readonly #serial: Serial;
  readonly #waits: boolean;
  #channel: WorkerChannel | undefined;
  #names = new Set<string>();
  #isDeleting = false;

  /** `waits`: HAProxy can be asked to answer when a server can be deleted. */
  constructor(serial: Serial, waits: boolean) {
    this.#serial = serial;
    this.#waits = waits;
  }

  /** Whether a server, `BACKEND/NAME`, is still there. */
  has(name: string): boolean {
    return this.#names.has(name);
  }

  get size(): number {
    return this.#names.size;
  }

  leave(channel: WorkerChannel, names: readonly string[]): void {
    this.#channel = channel;
    for (const name of names) this.#names.add(name);
    if (!this.#isDeleting) void this.#deleteAll();
  }

  /** These servers get requests again. */
  stay(names: readonly string[]): void {
    for (const name of names) this.#names.delete(name);
  }

  /** Another worker is told from now on: it has none of them. */
  forget(): void {
    this.#names = new Set();
    this.#channel = undefined;
  }

  async #deleteAll(): Promise<void> {
    this.#isDeleting = true;
    for (let attempt = 0; this.#names.size > 0; attempt++) {
      const pauseMs = PAUSES_MS[Math.min(attempt, PAUSES_MS.length - 1)] ?? 0;
      await this.#wait(pauseMs);
      const channel = this.#channel;
      // A worker that does not answer any more is found out about by the next change.
      if (channel !== undefined) await this.#serial.run(() => this.#delete(channel)).catch(() => undefined);
    }
    this.#isDeleting = false;
  }

  async #wait(pauseMs: number): Promise<void> {
    const [first] = this.#names;
    const asked = this.#waits && pauseMs >= 1000 && first !== undefined ? this.#channel : undefined;
    const waited = await asked?.query([`wait ${pauseMs}ms srv-removable ${first}`]).catch(() => undefined);
    if (waited === undefined) await pause(pauseMs, undefined, { ref: false });
  }

  async #delete(channel: WorkerChannel): Promise<void> {
    for (const name of [...this.#names].slice(0, AT_ONCE)) {
      if (this.#channel !== channel) return;
      const answer = await channel.query([`del server ${name}`]);
      if (/Server deleted|No such (?:server|backend)/.test(answer)) this.#names.delete(name);
    }
  }
}
