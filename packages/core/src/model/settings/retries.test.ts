import { expect, test } from 'vitest';
import { policyOf } from '../policy/policy.ts';
import { annotatedIngress } from '../../testing/served-ingresses.ts';
import { servedSettings } from '../../testing/served-settings.ts';

test('retry-non-idempotent is for every route, with tries of its own or without', () => {
  const served = servedSettings(
    { 'retry-non-idempotent': 'true' },
    annotatedIngress('plain', {}),
    annotatedIngress('own', { 'proxy-next-upstream': 'http_502', 'proxy-next-upstream-tries': '2' }),
  );
  const tries = (host: string) => {
    const route = served.model().virtualHosts.find(({ name }) => name === host)?.routes[0];
    return policyOf(route ?? { policies: [] }, 'next-upstream');
  };
  expect(tries('plain.test')).toMatchObject({ on: ['error', 'timeout'], nonIdempotent: true, tries: 3 });
  expect(tries('own.test')).toMatchObject({ on: ['http_502'], nonIdempotent: true, tries: 2 });
  served.set({});
  expect([tries('plain.test'), tries('own.test')?.nonIdempotent]).toEqual([undefined, false]);
});
