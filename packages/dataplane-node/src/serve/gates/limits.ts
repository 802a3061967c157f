import { hasAddress } from '@sluice/core';
import type { LimitPolicy } from '@sluice/core';
import type { Deadlined } from '../deadline-sweep.ts';
import { LeakyBuckets } from './leaky-bucket.ts';

/** Clients that one Ingress remembers, for each of its limits. */
const MOST_CLIENTS = 20_000;
/** Clients that all Ingresses together remember. */
const MOST_TOGETHER = 200_000;
const PER_SECOND = 1 / 1000;
const PER_MINUTE = 1 / 60_000;
/** How often clients that are long gone are forgotten, and after how long: the bucket of a slow rate takes long to drain. */
const FORGET_EVERY_MS = 60_000;
const FORGET_AFTER_MS = 3_600_000;

/** What one Ingress has counted. */
class Zone {
  readonly perSecond = new LeakyBuckets(MOST_CLIENTS);
  readonly perMinute = new LeakyBuckets(MOST_CLIENTS);
  /** Requests under way, by client. */
  readonly under = new Map<string, number>();

  /** The status of what is too much; undefined for a request that got in. */
  enter({ connections = Infinity, perSecond, perMinute, ...policy }: LimitPolicy, client: string, nowMs: number): number | undefined {
    const under = this.under.get(client) ?? 0;
    if (under >= connections) return policy.connectionStatus;
    const bySecond = this.perSecond.excess(client, perSecond, PER_SECOND, nowMs);
    const byMinute = this.perMinute.excess(client, perMinute, PER_MINUTE, nowMs);
    if (bySecond === Infinity || byMinute === Infinity) return policy.rateStatus;
    if (perSecond !== undefined) this.perSecond.fill(client, bySecond, nowMs);
    if (perMinute !== undefined) this.perMinute.fill(client, byMinute, nowMs);
    this.under.set(client, under + 1);
    return undefined;
  }

  /** The clients that are remembered, once for each limit. */
  get size(): number {
    return this.perSecond.size + this.perMinute.size;
  }

  get idle(): boolean {
    return this.under.size === 0 && this.size === 0;
  }
}

/**
 * Counts requests by Ingress and client address. The counters belong to Ingresses, not to generations: a change of the
 * configuration does not give anybody a new start.
 */
export class Limits implements Deadlined {
  readonly #zones = new Map<string, Zone>();
  #remembered = 0;
  deadlineMs = performance.now() + FORGET_EVERY_MS;

  /** Takes a request into account; the status when it is too much, and then nothing is counted. What got in must `leave`. */
  enter(policy: LimitPolicy, client: string, nowMs = performance.now()): number | undefined {
    if (hasAddress(policy.exempt, client)) return undefined;
    const zone = this.#zone(policy.zone);
    const before = zone.size;
    const status = zone.enter(policy, client, nowMs);
    this.#remembered += zone.size - before;
    if (this.#remembered > MOST_TOGETHER) this.#forgetMany();
    return status;
  }

  /** The clients that are remembered, once for each limit. */
  get size(): number {
    return this.#remembered;
  }

  /** A request that got in is over. */
  leave(policy: LimitPolicy, client: string): void {
    const under = this.#zones.get(policy.zone)?.under;
    const left = (under?.get(client) ?? 0) - 1;
    if (left > 0) under?.set(client, left);
    else under?.delete(client);
  }

  onDeadline(): void {
    const nowMs = performance.now();
    this.deadlineMs = nowMs + FORGET_EVERY_MS;
    for (const [name, zone] of this.#zones) {
      zone.perSecond.forgetBefore(nowMs - FORGET_AFTER_MS);
      zone.perMinute.forgetBefore(nowMs - FORGET_AFTER_MS);
      if (zone.idle) this.#zones.delete(name);
    }
    this.#count();
  }

  /** Nothing here throws. */
  onFault(): void {}

  /** Halves all but the smallest: that is a quarter of everything at least, so that it is seldom needed. */
  #forgetMany(): void {
    const fair = MOST_TOGETHER / this.#zones.size;
    for (const zone of this.#zones.values()) {
      if (zone.size <= fair / 2) continue;
      zone.perSecond.forgetOldest(Math.ceil(zone.perSecond.size / 2));
      zone.perMinute.forgetOldest(Math.ceil(zone.perMinute.size / 2));
    }
    this.#count();
  }

  #count(): void {
    this.#remembered = 0;
    for (const { size } of this.#zones.values()) this.#remembered += size;
  }

  #zone(name: string): Zone {
    let zone = this.#zones.get(name);
    if (zone === undefined) this.#zones.set(name, (zone = new Zone()));
    return zone;
  }
}
