import { expect, test } from 'vitest';
import { ContentFilter } from './content-filter.ts';

const object = { metadata: { name: 'a', namespace: 'n', resourceVersion: '1', labels: { x: '1' } }, spec: { a: 1 } };

test('a status, a version and the managers of fields say nothing new; everything else does', () => {
  const filter = new ContentFilter();
  expect(filter.passes('n/a', object)).toBe(true);
  expect(filter.passes('n/a', { ...object, status: { x: 1 } } as typeof object)).toBe(false);
  expect(
    filter.passes('n/a', { ...object, metadata: { ...object.metadata, resourceVersion: '2', managedFields: [] } } as typeof object),
  ).toBe(false);
  expect(filter.passes('n/a', { ...object, metadata: { ...object.metadata, labels: { x: '2' } } })).toBe(true);
  expect(filter.passes('n/a', { ...object, spec: { a: 2 } })).toBe(true);
  filter.forget('n/a');
  expect(filter.passes('n/a', { ...object, spec: { a: 2 } })).toBe(true);
});
