import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '@sluice/core';
import { messageOf } from '@sluice/core';
import type { Lease, LeaseSpec, LeaseStore } from './lease.ts';

export interface LeaderElectionOptions {
  readonly store: Pick<LeaseStore, 'read' | 'write'>;
  /** Who this replica is: different from every other one, also from the same one before a restart. */
  readonly identity: string;
  readonly leaseMs: number;
  readonly renewMs: number;
  readonly retryMs: number;
  readonly logger: Logger;
  /** Called when this replica has become the leader, and when it is none any more. */
  readonly onChange: (leads: boolean) => void;
  /** Monotonic time in milliseconds. */
  readonly nowMs?: () => number;
}

/** A version of the Lease, and when this replica first saw it. */
interface Seen {
  readonly version: string;
  readonly atMs: number;
}

/**
 * Elects one of several replicas by a Lease, as client-go does: whoever holds it renews it, and another takes it when it has not changed for
 * its duration. Only the own clock counts, and only differences on it: clocks of machines may be wrong.
 */
export class LeaderElection {
  readonly #options: LeaderElectionOptions;
  readonly #nowMs: () => number;
  #leads = false;
  #seen: Seen | undefined;
  #renewedMs = 0;
  #troubled = false;

  constructor(options: LeaderElectionOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? (() => performance.now());
  }

  get leads(): boolean {
    return this.#leads;
  }

  /** Takes part until the signal fires. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const waited = AbortSignal.any([signal, AbortSignal.timeout(this.#options.renewMs)]);
      await this.tryOnce(waited);
      const waitMs = this.#options.retryMs * (this.#leads ? 1 : 1 + 0.2 * Math.random());
      await pause(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Gives the Lease back, so that another replica need not wait. */
  async release(signal: AbortSignal): Promise<void> {
    if (!this.#leads) return;
    this.#set(false);
    const { store, identity, logger } = this.#options;
    try {
      const lease = await store.read(signal);
      if (lease?.spec?.holderIdentity === identity)
        await store.write({ ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1 }, lease, signal);
    } catch (error) {
      logger.warn('the leader election could not be left', { error: messageOf(error) });
    }
  }

  /** One try to become or stay the leader. */
  async tryOnce(signal: AbortSignal): Promise<void> {
    const { identity, renewMs, logger } = this.#options;
    const startMs = this.#nowMs();
    try {
      const held = await this.#hold(signal);
      this.#troubled = false;
      if (held) this.#renewedMs = startMs;
      this.#set(held);
    } catch (error) {
      if (!this.#troubled) logger.warn('the leader election cannot reach its Lease', { error: messageOf(error), identity });
      this.#troubled = true;
      if (this.#nowMs() - this.#renewedMs >= renewMs) this.#set(false);
    }
  }

  async #hold(signal: AbortSignal): Promise<boolean> {
    const { store, identity } = this.#options;
    const lease = await store.read(signal);
    if (lease !== undefined && !this.#isMine(lease) && !this.#isFree(lease)) return false;
    const written = await store.write(this.#spec(lease), lease, signal);
    if (written === undefined) return false;
    this.#see(written);
    return written.spec?.holderIdentity === identity;
  }

  #isMine({ spec }: Lease): boolean {
    return spec?.holderIdentity === this.#options.identity;
  }

  /** Nobody holds it, or whoever does has not renewed it for as long as it was to last. */
  #isFree(lease: Lease): boolean {
    const { holderIdentity, leaseDurationSeconds } = lease.spec ?? {};
    if (holderIdentity === undefined || holderIdentity === null || holderIdentity === '') return true;
    const seen = this.#see(lease);
    const lastsMs = leaseDurationSeconds === undefined ? this.#options.leaseMs : leaseDurationSeconds * 1000;
    return this.#nowMs() - seen.atMs > lastsMs;
  }

  #see({ metadata: { resourceVersion = '' } }: Lease): Seen {
    if (this.#seen?.version !== resourceVersion) this.#seen = { version: resourceVersion, atMs: this.#nowMs() };
    return this.#seen;
  }

  #spec(lease: Lease | undefined): LeaseSpec {
    const { identity, leaseMs } = this.#options;
    const now = microTime();
    const before = lease?.spec ?? {};
    const mine = before.holderIdentity === identity;
    return {
      holderIdentity: identity,
      leaseDurationSeconds: Math.max(1, Math.ceil(leaseMs / 1000)),
      acquireTime: mine ? (before.acquireTime ?? now) : now,
      renewTime: now,
      leaseTransitions: (before.leaseTransitions ?? 0) + (mine || lease === undefined ? 0 : 1),
    };
  }

  #set(leads: boolean): void {
    if (leads === this.#leads) return;
    this.#leads = leads;
    const { logger, identity, onChange } = this.#options;
    logger.info(leads ? 'this replica leads: it writes status and Events' : 'this replica does not lead any more', { identity });
    onChange(leads);
  }
}

/** `metav1.MicroTime`. */
export function microTime(date = new Date()): string {
  return date.toISOString().replace('Z', '000Z');
}
