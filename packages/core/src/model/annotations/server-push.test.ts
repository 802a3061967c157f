import { expect, test } from 'vitest';
import { annotatedIngress, servedIngresses } from '../../testing/served-ingresses.ts';

test('http2-push-preload pushes nothing, and must be a truth value all the same', () => {
  const codes = (value: string) =>
    servedIngresses(annotatedIngress('a', { 'http2-push-preload': value }))
      .findings()
      .map((finding) => finding.slice(0, 7));
  expect([codes('true'), codes('false'), codes('maybe')]).toEqual([['SLU1509'], [], ['SLU1505']]);
});
