import { expect, test } from 'vitest';
import { distinctCulprits } from './distinct-culprits.ts';

test('an object is a culprit once, with the first complaint', () => {
  const culprit = (name: string, field: string, message: string) => ({
    from: { object: { kind: 'Ingress', namespace: 'shop', name }, field },
    message,
  });
  const [first, second, other] = [culprit('a', 'x', 'one'), culprit('a', 'y', 'two'), culprit('b', 'x', 'three')];
  expect(distinctCulprits([first, second, other])).toEqual([first, other]);
});
