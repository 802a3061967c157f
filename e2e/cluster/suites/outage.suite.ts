import { afterAll, beforeAll, expect, test } from 'vitest';
import type { KeepAliveLoad } from '../../keep-alive-load.ts';
import type { RunningSluice } from '../../running-sluice.ts';
import { untilTrue } from '../../until.ts';
import { LONG_MS, answerOf, untilAnswer } from '../lab.ts';
import { loadShop, openShop } from '../loaded-shop.ts';
import { onEachBackend } from '../on-each-backend.ts';

/** An API server tells in so long that a watch goes on, even if nothing changes. */
const BOOKMARK_MS = 90_000;

/** A connection that is silent is given up after somewhat more than a minute. */
const SILENCE_MS = 150_000;

onEachBackend('a cluster that is not reached', ({ lab }) => {
  let sluice: RunningSluice;
  let load: KeepAliveLoad;

  beforeAll(async () => {
    await openShop(lab());
    sluice = await lab().start();
    load = await loadShop(sluice);
  });

  afterAll(() => load?.stop());

  /** Resolves when more requests are answered; none may have failed. */
  async function goesOn(): Promise<void> {
    const { answered } = load;
    await untilTrue('more answers', () => load.answered > answered + 50);
    expect(load.failures).toEqual([]);
  }

  async function takesChanges(host: string, patienceMs = LONG_MS): Promise<void> {
    await untilAnswer(sluice, host, 'web', patienceMs);
    await goesOn();
    await lab().untilNoFindings(sluice, BOOKMARK_MS);
    expect((await sluice.page('/readyz')).status).toBe(200);
  }

  const lists = (): number => lab().gate.count('list');

  test('watches are cut: they go on where they were, and nothing is listed again', async () => {
    const before = lists();
    await untilTrue('watches', () => lab().gate.openWatches > 3);
    lab().gate.cutWatches();
    await lab().route('cut.test');
    await takesChanges('cut.test');
    expect(lists()).toBe(before);
  });

  test('connections are refused for a while: what changed meanwhile is served afterwards', async () => {
    const before = lists();
    lab().gate.refuse();
    await lab().route('refused.test');
    await lab().api.delete(lab().ingressRef('cut.test'));
    await goesOn();
    expect(await answerOf(sluice, 'refused.test')).toBe('status 404');
    // It serves what it knows, and nothing would be better after a restart.
    expect([(await sluice.page('/healthz')).status, (await sluice.page('/readyz')).status]).toEqual([200, 200]);
    lab().gate.open();
    await untilTrue('the lost watches to be counted', async () =>
      /^sluice_watch_restarts_total\{kind="Service",reason="failed"\} [1-9]/m.test((await sluice.page('/metrics')).text),
    );
    await takesChanges('refused.test');
    await untilAnswer(sluice, 'cut.test', 'status 404');
    expect(lists()).toBe(before);
  });

  test('a controller that starts meanwhile is ready when the cluster is there', async () => {
    lab().gate.refuse();
    const second = await lab().launch({ name: 'second' });
    expect((await second.page('/readyz')).status).toBe(503);
    expect(await answerOf(second, 'shop.test')).toBe('status 503');
    lab().gate.open();
    await second.ready(LONG_MS);
    await untilAnswer(second, 'shop.test', 'web');
    expect((await second.stop()).status).toBe(0);
  });
});

onEachBackend(
  'a cluster that says nothing more',
  ({ lab }) => {
    test('its connections are given up, and what changed meanwhile is served', { timeout: SILENCE_MS + LONG_MS }, async () => {
      await openShop(lab());
      const sluice = await lab().start();
      lab().gate.silence();
      const { length } = lab().gate.passed;
      await lab().route('silent.test');
      const watches = (): boolean =>
        lab()
          .gate.passed.slice(length)
          .some(({ verb }) => verb === 'watch');
      await untilTrue('new connections', watches, SILENCE_MS);
      expect(await answerOf(sluice, 'shop.test')).toBe('web');
      lab().gate.open();
      await untilAnswer(sluice, 'silent.test', 'web', SILENCE_MS);
    });
  },
  { once: true },
);

onEachBackend(
  'an API server that stops',
  ({ lab, apiServer }) => {
    let sluice: RunningSluice;
    let load: KeepAliveLoad;

    beforeAll(async () => {
      await openShop(lab());
      sluice = await lab().start();
      load = await loadShop(sluice);
    });

    afterAll(async () => {
      // A test that fails half-way must not leave the suites after it without a cluster.
      if (
        !(await lab()
          .api.ready()
          .catch(() => false))
      )
        await apiServer().start();
      await load?.stop();
    });

    const kinds = ['ingresses', 'services', 'endpointslices', 'ingressclasses', 'secrets', 'configmaps'];
    const lists = (): readonly number[] => kinds.map((kind) => lab().gate.count('list', kind));

    test('no request fails while it is away, and afterwards each kind is listed once more at most', async () => {
      const before = lists();
      await apiServer().stop();
      const { answered } = load;
      await untilTrue('many answers', () => load.answered > answered + 500);
      await apiServer().start();
      await lab().route('back.test');
      await untilAnswer(sluice, 'back.test', 'web');
      await untilTrue('watches', () => lab().gate.openWatches >= kinds.length, LONG_MS);
      for (const [index, count] of lists().entries()) expect.soft(count - (before[index] ?? 0), kinds[index]).toBeLessThanOrEqual(1);
      expect(load.failures).toEqual([]);
      await lab().untilNoFindings(sluice, BOOKMARK_MS);
    });

    test('versions that are gone (410): everything is listed again, once', async () => {
      lab().gate.refuse();
      await lab().route('gone.test');
      await lab().api.delete(lab().ingressRef('back.test'));
      await apiServer().stop();
      await apiServer().compact();
      await apiServer().start();
      const before = lists();
      const { gone } = lab().gate;
      lab().gate.open();
      await untilAnswer(sluice, 'gone.test', 'web');
      await untilAnswer(sluice, 'back.test', 'status 404');
      expect(lab().gate.gone).toBeGreaterThan(gone);
      const [ingresses = 0] = lists();
      expect(ingresses - (before[0] ?? 0)).toBe(1);
      expect(load.failures).toEqual([]);
    });
  },
  { apiServer: true },
);
