import { expect, test } from 'vitest';
import type { UnnamedIngress } from '../rule-set.ts';
import { reduced } from './reduce.ts';
import type { Culprit } from './reduce.ts';
import type { WideRequest } from './wide-request.ts';

const request: WideRequest = {
  secure: true,
  minor: 0,
  method: 'POST',
  host: undefined,
  target: '/foo?x=1',
  headers: [
    ['X-One', '1'],
    ['X-Two', '2'],
  ],
  body: 'hello',
  chunked: true,
  from: '127.0.0.9',
  certified: true,
};

const specs: readonly UnnamedIngress[] = Array.from({ length: 9 }, (_, index) => ({
  rules: [
    {
      host: `host-${index}.test`,
      paths: [
        { path: '/a', service: 'a' },
        { path: '/b', service: 'b' },
      ],
    },
    { paths: [] },
  ],
  tls: [{ hosts: [] }],
  annotations: { one: '1', two: '2' },
  defaultService: 'a',
  creationTimestamp: '2026-01-01T00:00:00Z',
}));

test('what has nothing to do with a difference is left out', async () => {
  const guilty = ({ specs: some, request: sent }: Culprit): boolean =>
    some.some(
      ({ annotations, rules = [] }) =>
        annotations?.['two'] === '2' && rules[0]?.host === 'host-6.test' && rules[0].paths.some(({ path }) => path === '/b'),
    ) && sent.headers.some(([name]) => name === 'X-Two');
  const found = await reduced({ specs, request }, (candidate) => Promise.resolve(guilty(candidate)));
  expect(found.specs).toEqual([
    { rules: [{ host: 'host-6.test', paths: [{ path: '/b', service: 'b' }] }], tls: [], annotations: { two: '2' } },
  ]);
  expect(found.request).toEqual({
    secure: false,
    minor: 1,
    method: 'GET',
    host: 'shop.test',
    target: '/foo',
    headers: [['X-Two', '2']],
    from: '127.0.0.1',
    certified: false,
  });
});

test('nothing smaller differs: it stays as it is', async () => {
  const culprit = { specs, request };
  expect(await reduced(culprit, () => Promise.resolve(false))).toBe(culprit);
});
