import { expect, test } from 'vitest';
import { apiObject } from '../testing/api-server.ts';
import { ContentFilter } from './content-filter.ts';

const object = apiObject('a', '1', { spec: { a: 1 } });
const labelled = { ...object, metadata: { ...object.metadata, labels: { x: '1' } } };
const written = { ...object, metadata: { ...object.metadata, resourceVersion: '2', managedFields: [{}] }, status: { x: 1 } };

test('a status, a version and the managers of fields say nothing new; everything else does', () => {
  const filter = new ContentFilter();
  expect(filter.passes('shop/a', object)).toBe(true);
  expect(filter.passes('shop/a', written)).toBe(false);
  expect(filter.passes('shop/a', labelled)).toBe(true);
  expect(filter.passes('shop/a', apiObject('a', '3', { spec: { a: 2 } }))).toBe(true);
  filter.forget('shop/a');
  expect(filter.passes('shop/a', apiObject('a', '3', { spec: { a: 2 } }))).toBe(true);
});
