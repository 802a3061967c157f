import { beforeAll, expect, test } from 'vitest';
import { until, untilTrue } from '../../until.ts';
import type { KubeObject } from '../cluster-api.ts';
import type { Lab } from '../lab.ts';
import { LONG_MS, PUBLISHED, untilAnswer } from '../lab.ts';
import { onEachBackend } from '../on-each-backend.ts';

/** The addresses in the status of an Ingress. */
async function addressesOf(lab: Lab, host: string): Promise<readonly string[]> {
  const found = (await lab.api.get(lab.ingressRef(host))) as { status?: { loadBalancer?: { ingress?: { ip: string }[] } } } | undefined;
  return found?.status?.loadBalancer?.ingress?.map(({ ip }) => ip) ?? [];
}

async function untilPublished(lab: Lab, host: string, ...addresses: readonly string[]): Promise<void> {
  const wanted = addresses.join();
  await untilTrue(`${host} to have ${wanted}`, async () => (await addressesOf(lab, host)).join() === wanted, LONG_MS);
}

async function holderOf(lab: Lab): Promise<string | undefined> {
  const lease = await lab.api.get({ kind: 'Lease', namespace: lab.name, name: 'sluice-leader' });
  return (lease?.['spec'] as { readonly holderIdentity?: string } | undefined)?.holderIdentity || undefined;
}

async function eventsOn(lab: Lab, host: string): Promise<readonly KubeObject[]> {
  const events = await lab.api.list('Event', lab.name);
  return events.filter((event) => (event['regarding'] as { readonly name?: string } | undefined)?.name === host);
}

onEachBackend('what the cluster is told', ({ lab }) => {
  beforeAll(async () => {
    const web = await lab().upstream('web');
    await lab().serve('web', [web.place]);
    await lab().route('shop.test');
  });

  test('the status of an Ingress has the address while a controller serves it', async () => {
    const sluice = await lab().start();
    await untilPublished(lab(), 'shop.test', PUBLISHED);
    await lab().route('late.test');
    await untilPublished(lab(), 'late.test', PUBLISHED);
    const { text } = await sluice.page('/metrics');
    expect(text).toMatch(/^nginx_ingress_controller_leader_election_status\{.*name="sluice-leader"\} 1$/m);
    expect(text).toMatch(/^sluice_status_writes_total\{outcome="written"\} [1-9]/m);
    await lab().api.patch(lab().ingressRef('late.test'), { spec: { ingressClassName: 'of-nobody' } });
    await untilPublished(lab(), 'late.test');
    expect((await sluice.stop()).status).toBe(0);
    expect(await addressesOf(lab(), 'shop.test')).toEqual([]);
    expect(await holderOf(lab())).toBeUndefined();
  });

  test('an address stays after the end where that is wished, and is written where the flag says', async () => {
    const kubernetes = { status: { clearOnShutdown: false } };
    const sluice = await lab().start({ kubernetes, flags: ['--publish-status-address', '203.0.113.8'] });
    await untilPublished(lab(), 'shop.test', '203.0.113.8');
    await sluice.stop();
    expect(await addressesOf(lab(), 'shop.test')).toEqual(['203.0.113.8']);
  });

  test('an error of an Ingress becomes an Event on it, once', async () => {
    const sluice = await lab().start();
    await lab().route('broken.test', { serviceName: 'missing' });
    const [event] = await until(
      'the Event',
      async () => {
        const found = await eventsOn(lab(), 'broken.test');
        return found.length > 0 ? found : undefined;
      },
      LONG_MS,
    );
    expect(event).toMatchObject({ type: 'Warning', regarding: { kind: 'Ingress', namespace: lab().name } });
    expect(event?.['note']).toContain('missing');
    await lab().route('after.test');
    await untilPublished(lab(), 'after.test', PUBLISHED);
    expect(await eventsOn(lab(), 'broken.test')).toHaveLength(1);
    expect(await eventsOn(lab(), 'shop.test')).toEqual([]);
    await sluice.stop();
  });

  test('of two replicas one writes, and when it is killed the other does', async () => {
    const replicas = [await lab().start({ name: 'one' }), await lab().start({ name: 'two' })];
    const holder = await until('a leader', () => holderOf(lab()), LONG_MS);
    const [leader, follower] = holder.startsWith('one_') ? replicas : replicas.toReversed();
    await lab().route('before.test');
    await untilPublished(lab(), 'before.test', PUBLISHED);
    await leader?.kill();
    await lab().route('new.test');
    await untilPublished(lab(), 'new.test', PUBLISHED);
    expect(await holderOf(lab())).not.toBe(holder);
    if (follower !== undefined) await untilAnswer(follower, 'new.test', 'web');
    expect((await follower?.stop())?.status).toBe(0);
  });

  test('a leader that stops hands over at once', async () => {
    // So long a lease would not end within the patience of this test.
    const kubernetes = { election: { leaseMs: 600_000, renewMs: 300_000, retryMs: 300 } };
    const first = await lab().start({ name: 'one', kubernetes });
    await until('a leader', () => holderOf(lab()), LONG_MS);
    await untilPublished(lab(), 'shop.test', PUBLISHED);
    const second = await lab().start({ name: 'two', kubernetes });
    await first.stop();
    expect(await addressesOf(lab(), 'shop.test')).toEqual([PUBLISHED]);
    await untilTrue('the other to lead', async () => (await holderOf(lab()))?.startsWith('two_') === true, LONG_MS);
    await lab().route('handed.test');
    await untilPublished(lab(), 'handed.test', PUBLISHED);
    await second.stop();
    expect(await addressesOf(lab(), 'shop.test')).toEqual([]);
  });
});
