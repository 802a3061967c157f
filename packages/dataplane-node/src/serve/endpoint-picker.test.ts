import type { Balancing, CookieAffinity, Upstream } from '@sluice/core';
import { builtIn } from '@sluice/core';
import { describe, expect, test } from 'vitest';
import { affinityCookie } from './affinity-cookie.ts';
import { pickerFor } from './endpoint-picker.ts';
import type { BalancingMemory } from './endpoint-picker.ts';
import { EndpointWish } from './endpoint-wish.ts';
import { local } from './testing/routing-fixture.ts';

const memory = (): BalancingMemory => ({ next: 0, scores: new Map() });
const upstream = (ports: readonly number[], settings: Pick<Upstream, 'balancing' | 'affinity'> = {}): Upstream => ({
  id: 'default/sticky:80',
  namespace: 'default',
  service: 'sticky',
  port: '80',
  endpoints: ports.map(local),
  from: builtIn,
  ...settings,
});
const wish = (values: Partial<EndpointWish> = {}): EndpointWish => Object.assign(new EndpointWish(), values);
const keys = Array.from({ length: 1000 }, (_, index) => `key ${index}`);

test('round robin goes on after a change of endpoints', () => {
  const kept = memory();
  const first = pickerFor(upstream([1, 2, 3]), kept);
  expect([first.pick(wish()), first.pick(wish())]).toEqual([0, 1]);
  expect(pickerFor(upstream([1, 2, 3, 4]), kept).pick(wish())).toBe(2);
  expect(first.pick(wish({ tried: [2] }))).toBe(0);
});

describe('hashing', () => {
  const balancing = { kind: 'hash', key: [], from: builtIn } satisfies Balancing;
  const placesOf = (ports: readonly number[], settings: Balancing = balancing): number[] => {
    const picker = pickerFor(upstream(ports, { balancing: settings }), memory());
    return keys.map((key) => picker.pick(wish({ key })));
  };

  test('spreads keys evenly and moves few of them when an endpoint comes', () => {
    const [before, after] = [placesOf([1, 2, 3, 4]), placesOf([1, 2, 3, 4, 5])];
    for (const place of [0, 1, 2, 3]) expect(before.filter((at) => at === place).length).toBeGreaterThan(150);
    const moved = before.filter((place, index) => place !== after[index]);
    expect(moved.length).toBeLessThan(350);
    expect(after.filter((place, index) => place !== before[index]).every((place) => place === 4)).toBe(true);
  });

  test('to a subset stays in the subset', () => {
    const picker = pickerFor(upstream([1, 2, 3, 4, 5], { balancing: { ...balancing, subsetSize: 2 } }), memory());
    const places = new Set(Array.from({ length: 100 }, () => picker.pick(wish({ key: 'x' }))));
    expect(places.size).toBe(2);
    expect(Math.max(...placesOf([1, 2, 3, 4, 5], { ...balancing, subsetSize: 2 }))).toBe(4);
  });
});

describe('by response time', () => {
  const ewma = (ports: readonly number[], kept: BalancingMemory) =>
    pickerFor(upstream(ports, { balancing: { kind: 'ewma', from: builtIn } }), kept);

  test('the slow one of two is left alone, and a failed one is not tried again', () => {
    const picker = ewma([1, 2], memory());
    picker.done?.(0, 1000);
    picker.done?.(1, 1);
    expect(new Set(Array.from({ length: 50 }, () => picker.pick(wish())))).toEqual(new Set([1]));
    expect(picker.pick(wish({ tried: [1] }))).toBe(0);
  });

  test('what was learnt stays; a new endpoint begins with the average', () => {
    const kept = memory();
    const picker = ewma([1, 2], kept);
    picker.done?.(0, 100);
    picker.done?.(1, 300);
    ewma([2, 3], kept);
    expect([...kept.scores.keys()]).toEqual(['127.0.0.1:2', '127.0.0.1:3']);
    expect(kept.scores.get('127.0.0.1:3')?.averageMs).toBe(300);
  });
});

describe('stickiness', () => {
  const affinity = (settings: Partial<CookieAffinity> = {}) =>
    ({
      mode: 'balanced',
      changeOnFailure: false,
      cookie: { name: 'C', conditionalSameSiteNone: false, secure: false },
      from: builtIn,
      key: 'k',
      ...settings,
    }) as const;
  const sticky = (settings: Partial<CookieAffinity> = {}, ports = [1, 2, 3]) =>
    pickerFor(upstream(ports, { affinity: affinity(settings) }), memory());

  test.each(['balanced', 'persistent'] as const)('%s: the cookie leads back to its endpoint', (mode) => {
    const picker = sticky({ mode });
    for (let round = 0; round < 30; round++) {
      const first = wish();
      const place = picker.pick(first);
      expect(first.newCookie).toBeDefined();
      const again = wish({ cookie: first.newCookie });
      expect([picker.pick(again), again.newCookie]).toEqual([place, undefined]);
    }
  });

  test('persistent: the cookie is as in ingress-nginx, and holds while the endpoint does', () => {
    const endpoint = { kind: 'address', address: '10.78.0.4', port: 8080, from: builtIn } as const;
    const own = { ...upstream([1], { affinity: affinity({ mode: 'persistent' }) }), service: 'stickyfull' };
    const picker = pickerFor({ ...own, endpoints: [...own.endpoints, endpoint] }, memory());
    expect(picker.pick(wish({ cookie: '262b786d78288bff413d6e92e7f5476c' }))).toBe(1);
    const gone = wish({ cookie: '00000000000000000000000000000000' });
    picker.pick(gone);
    expect(gone.newCookie).toMatch(/^[0-9a-f]{32}$/);
  });

  test('balanced: nonsense leads somewhere too', () => {
    const nonsense = wish({ cookie: 'nonsense' });
    sticky().pick(nonsense);
    expect(nonsense.newCookie).toBeUndefined();
  });

  test('a failed endpoint is tried again, or changed where that is wanted', () => {
    const first = wish({ tried: [1] });
    expect([sticky().pick(first), first.newCookie]).toEqual([1, undefined]);
    const changed = wish({ tried: [1] });
    expect(sticky({ changeOnFailure: true }).pick(changed)).not.toBe(1);
    expect(changed.newCookie).toBeDefined();
  });

  test('attributes of the cookie, in their order', () => {
    const cookie = {
      name: 'route',
      path: '/app',
      expiresSeconds: 60,
      maxAgeSeconds: 60,
      domain: 'x.test',
      sameSite: 'None',
      conditionalSameSiteNone: true,
      secure: true,
    } as const;
    const facts = { endpoint: 'e', path: '/', secure: false, userAgent: undefined };
    expect(affinityCookie(affinity({ cookie }), facts)).toMatch(
      /^route=e\|k; Expires=\w{3}, \d\d-\w{3}-\d\d \d\d:\d\d:\d\d GMT; Max-Age=60; Domain=x\.test; Path=\/app; Secure; HttpOnly; SameSite=None$/,
    );
    expect(affinityCookie(affinity({ cookie }), { ...facts, userAgent: 'Chrome/52.0' })).toMatch(/; HttpOnly$/);
    expect(affinityCookie(affinity(), facts)).toBe('C=e|k; Path=/; HttpOnly');
  });
});
