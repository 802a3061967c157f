import type { ObjectRef, SourceChange } from '@sluice/core';
import type { ObjectClaims } from './object-claims.ts';

/** How long an object must be gone before it is deleted: editors save by removing the file and writing it anew. */
const GONE_MS = 100;

/** How long when no object is left at all: a directory that is emptied is most often about to be filled again. */
const ALL_GONE_MS = 2000;

/** How long deletes may be put off altogether while others keep coming. */
const LONGEST_HOLD_MS = 4000;

/** What to send now: changes (possibly none), or nothing before some time has passed. */
export type Settlement =
  | { readonly kind: 'send'; readonly changes: readonly SourceChange[] }
  | { readonly kind: 'hold'; readonly ms: number };

interface Sent {
  readonly ref: ObjectRef;
  readonly json: string;
}

/** Knows what the sink was told and works out what to tell it next. */
export class PendingChanges {
  readonly #claims: ObjectClaims;
  readonly #sent = new Map<string, Sent>();
  readonly #goneSince = new Map<string, number>();

  constructor(claims: ObjectClaims) {
    this.#claims = claims;
  }

  /** The difference to what was sent as one step: puts, then deletes. What it returns as `send` counts as sent. `nowMs` is any monotonic clock. */
  settle(nowMs: number): Settlement {
    const puts: SourceChange[] = [];
    const deletes: Sent[] = [];
    for (const key of this.#claims.touched) {
      const [sent, winner] = [this.#sent.get(key), this.#claims.winner(key)];
      if (winner === undefined && sent !== undefined) deletes.push(sent);
      if (winner !== undefined && sent?.json !== winner.json) puts.push({ kind: 'put', object: JSON.parse(winner.json) });
      this.#noteAbsence(key, winner === undefined && sent !== undefined, nowMs);
    }
    const ms = this.#holdMs(nowMs);
    if (ms > 0) return { kind: 'hold', ms };
    this.#commit();
    return { kind: 'send', changes: [...puts, ...deletes.map(({ ref }): SourceChange => ({ kind: 'delete', ref }))] };
  }

  #noteAbsence(key: string, gone: boolean, nowMs: number): void {
    if (!gone) this.#goneSince.delete(key);
    else if (!this.#goneSince.has(key)) this.#goneSince.set(key, nowMs);
  }

  #holdMs(nowMs: number): number {
    if (this.#goneSince.size === 0) return 0;
    let [first, last] = [Infinity, -Infinity];
    for (const since of this.#goneSince.values()) {
      first = Math.min(first, since);
      last = Math.max(last, since);
    }
    const patience = this.#claims.size === 0 ? ALL_GONE_MS : GONE_MS;
    return Math.min(last + patience, first + LONGEST_HOLD_MS) - nowMs;
  }

  #commit(): void {
    for (const key of this.#claims.touched) {
      const winner = this.#claims.winner(key);
      if (winner === undefined) this.#sent.delete(key);
      else this.#sent.set(key, winner);
    }
    this.#claims.settle();
    this.#goneSince.clear();
  }
}
