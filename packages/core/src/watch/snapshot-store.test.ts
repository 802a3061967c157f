import { expect, test } from 'vitest';
import { SnapshotStore } from './snapshot-store.ts';

const service = (name: string): object => ({ apiVersion: 'v1', kind: 'Service', metadata: { namespace: 'shop', name }, spec: {} });
const put = (name: string) => ({ kind: 'put', object: service(name) }) as const;
const gone = (name: string) => ({ kind: 'delete', ref: { kind: 'Service', namespace: 'shop', name } }) as const;

test('a snapshot stays as it is while the store goes on', () => {
  const store = new SnapshotStore();
  store.change([put('a')]);
  store.change([put('b')]);
  const before = store.snapshot();
  const names = (): readonly string[] => [...before.objects.Service.keys()];
  expect(names()).toEqual(['shop/a', 'shop/b']);
  store.change([put('c')]);
  store.change([gone('a'), put('d')]);
  expect(names()).toEqual(['shop/a', 'shop/b']);
  expect([...store.snapshot().objects.Service.keys()]).toEqual(['shop/b', 'shop/c', 'shop/d']);
});

test('a map is another one when an object of its kind has changed, and the same one when none has', () => {
  const store = new SnapshotStore();
  store.change([put('a')]);
  const first = store.snapshot();
  expect(store.snapshot().objects.Service).toBe(first.objects.Service);
  store.change([put('a')]);
  const second = store.snapshot();
  expect(second.objects.Service).not.toBe(first.objects.Service);
  expect(second.objects.Ingress).toBe(first.objects.Ingress);
  expect(second.revision).toBeGreaterThan(first.revision);
});
