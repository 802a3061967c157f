import { expect, test } from 'vitest';
import { opensslRefusal } from './openssl.ts';

test('says why in words that quote nothing', () => {
  expect(opensslRefusal({})).toBeUndefined();
  expect(opensslRefusal({ ciphers: 'NOPE' })).toBe('no cipher match');
  expect(opensslRefusal({ key: 'a secret' })).not.toContain('secret');
});
