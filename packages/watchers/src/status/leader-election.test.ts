import { silentLogger } from '@sluice/core';
import { beforeEach, describe, expect, test } from 'vitest';
import { LeaderElection } from './leader-election.ts';
import type { Lease, LeaseSpec } from './lease.ts';

const live = new AbortController().signal;

/** A Lease as the API keeps it. */
class KeptLease {
  lease: Lease | undefined;
  broken = false;
  #version = 0;

  async read(): Promise<Lease | undefined> {
    if (this.broken) throw new Error('away');
    return this.lease;
  }

  async write(spec: LeaseSpec, before: Lease | undefined): Promise<Lease | undefined> {
    if (this.broken) throw new Error('away');
    if (before?.metadata.resourceVersion !== this.lease?.metadata.resourceVersion) return undefined;
    this.lease = { metadata: { name: 'l', namespace: 'n', resourceVersion: String(++this.#version) }, spec };
    return this.lease;
  }
}

let store: KeptLease;
let changes: string[];
/** Each replica has a clock of its own. */
const clocks = { one: 0, two: 0 };

function replica(identity: 'one' | 'two'): LeaderElection {
  return new LeaderElection({
    store,
    identity,
    leaseMs: 30_000,
    renewMs: 15_000,
    retryMs: 5000,
    logger: silentLogger,
    onChange: (leads) => void changes.push(`${identity} ${leads}`),
    nowMs: () => clocks[identity],
  });
}

beforeEach(() => {
  store = new KeptLease();
  changes = [];
  clocks.one = 0;
  clocks.two = 1_000_000;
});

describe('one of two replicas', () => {
  test('leads, renews, and the other waits', async () => {
    const [one, two] = [replica('one'), replica('two')];
    await one.tryOnce(live);
    await two.tryOnce(live);
    clocks.one = 20_000;
    await one.tryOnce(live);
    clocks.two += 29_000;
    await two.tryOnce(live);
    // The Lease has changed since: its duration begins anew.
    clocks.two += 29_000;
    await two.tryOnce(live);
    expect([one.leads, two.leads]).toEqual([true, false]);
    expect(store.lease?.spec).toMatchObject({ holderIdentity: 'one', leaseDurationSeconds: 30, leaseTransitions: 0 });
  });

  test('takes over from one that is silent, by its own clock', async () => {
    const [one, two] = [replica('one'), replica('two')];
    await one.tryOnce(live);
    await two.tryOnce(live);
    clocks.two += 30_001;
    await two.tryOnce(live);
    await one.tryOnce(live);
    expect(changes).toEqual(['one true', 'two true', 'one false']);
    expect(store.lease?.spec).toMatchObject({ holderIdentity: 'two', leaseTransitions: 1 });
  });

  test('takes over at once from one that gives the Lease back', async () => {
    const [one, two] = [replica('one'), replica('two')];
    await one.tryOnce(live);
    await one.release(live);
    await two.tryOnce(live);
    expect(changes).toEqual(['one true', 'one false', 'two true']);
  });

  test('of two that try at the same time leads', async () => {
    const [one, two] = [replica('one'), replica('two')];
    await Promise.all([one.tryOnce(live), two.tryOnce(live)]);
    expect(changes).toEqual(['one true']);
  });
});

test('a leader without the API goes on for a while, then stops before another may take over', async () => {
  const one = replica('one');
  await one.tryOnce(live);
  store.broken = true;
  clocks.one = 14_999;
  await one.tryOnce(live);
  expect(one.leads).toBe(true);
  clocks.one = 15_000;
  await one.tryOnce(live);
  expect(one.leads).toBe(false);
  store.broken = false;
  await one.tryOnce(live);
  expect(one.leads).toBe(true);
});
