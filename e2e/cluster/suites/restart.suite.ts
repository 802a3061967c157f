import { beforeAll, beforeEach, expect, inject, test } from 'vitest';
import type { KeepAliveLoad } from '../../keep-alive-load.ts';
import type { RunningSluice } from '../../running-sluice.ts';
import { untilTrue } from '../../until.ts';
import { untilAnswer } from '../lab.ts';
import { loadShop, openShop } from '../loaded-shop.ts';
import { onEachBackend } from '../on-each-backend.ts';

onEachBackend('a controller that is replaced', ({ lab }) => {
  let sluice: RunningSluice;
  let load: KeepAliveLoad;

  beforeAll(async () => {
    await openShop(lab());
  });

  beforeEach(async () => {
    sluice = await lab().start();
    load = await loadShop(sluice);
    return async () => {
      await load.stop();
      await sluice.kill();
    };
  });

  async function answersAgain(): Promise<void> {
    const { answered } = load;
    await untilTrue('answers', () => load.answered > answered + 50);
  }

  /** A connection may fail, and a controller that is not ready answers 503: no other answer is right, such as that there is no such host. */
  function noWrongAnswers(): void {
    expect(load.failures.filter((failure) => failure.startsWith('status') && failure !== 'status 503')).toEqual([]);
  }

  test('by a restart: what changed meanwhile is served as soon as it is ready', async () => {
    expect((await sluice.stop()).status).toBe(0);
    await lab().route('meanwhile.test');
    sluice = await lab().start({ ports: sluice.ports });
    await untilAnswer(sluice, 'meanwhile.test', 'web');
    await answersAgain();
    noWrongAnswers();
  });

  test('after a kill under load', async () => {
    await sluice.command.kill();
    await lab().route('killed.test');
    sluice = await lab().start({ ports: sluice.ports });
    await untilAnswer(sluice, 'killed.test', 'web');
    await answersAgain();
    noWrongAnswers();
    // A proxy of its own goes on without the controller.
    if (lab().backend !== 'node') expect(load.failures).toEqual([]);
  });

  test('by one with another backend, on the same objects', async () => {
    const other = inject('backends').find(({ name, missing }) => name !== lab().backend && missing === undefined)?.name ?? lab().backend;
    expect((await sluice.stop()).status).toBe(0);
    sluice = await lab().start({ ports: sluice.ports, backend: other });
    expect((await sluice.json<{ readonly backend: string }>('/api/status')).backend).toBe(other);
    await untilAnswer(sluice, 'shop.test', 'web');
    await answersAgain();
    noWrongAnswers();
    await lab().route('swapped.test');
    await untilAnswer(sluice, 'swapped.test', 'web');
  });

  test('while another one takes over: with two at a time nobody notices', async () => {
    const next = await lab().start({ name: 'two' });
    const moved = await loadShop(next);
    await load.stop();
    expect(load.failures).toEqual([]);
    expect((await sluice.stop()).status).toBe(0);
    await untilTrue('answers', () => moved.answered > 50);
    await moved.stop();
    expect(moved.failures).toEqual([]);
    await next.stop();
  });
});
