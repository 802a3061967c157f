import { expect, test } from 'vitest';
import { filledIn, merged, placed } from './objects.ts';

const known = new Map([
  ['a', '127.0.0.2:81'],
  ['a.port', '81'],
]);

test('placeholders in text and as numbers; nginx variables stay', () => {
  const filled = filledIn({ url: 'http://${a}/x', port: '${a.port}', list: ['${request_uri}'] }, known);
  expect(filled).toStrictEqual({ url: 'http://127.0.0.2:81/x', port: 81, list: ['${request_uri}'] });
});

test('objects get a namespace and an age unless they have their own', () => {
  const metadata = { name: 'x' };
  expect(placed({ kind: 'Ingress', metadata }, 'here')).toMatchObject({
    metadata: { name: 'x', namespace: 'here', creationTimestamp: '2026-01-01T00:00:00Z' },
  });
  expect(placed({ kind: 'Ingress', metadata: { ...metadata, namespace: 'there' } }, 'here')).toMatchObject({
    metadata: { namespace: 'there' },
  });
});

test('a changed object takes the place of its former version', () => {
  const former = placed({ kind: 'Ingress', metadata: { name: 'x' } }, 'here');
  const other = placed({ kind: 'Ingress', metadata: { name: 'y' } }, 'here');
  const changed = placed({ kind: 'Ingress', metadata: { name: 'x' }, spec: {} }, 'here');
  expect(merged([former, other], [changed])).toStrictEqual([other, changed]);
});
