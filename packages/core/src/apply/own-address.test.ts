import { expect, test } from 'vitest';
import { isOwnAddress } from './own-address.ts';

test.each(['127.0.0.1', '127.1.2.3', '0.0.0.0', '0.1.2.3', '::1', '::', '::ffff:127.0.0.1', '0:0:0:0:0:0:0:1', 'nonsense'])(
  '%s is our own',
  (address) => {
    expect(isOwnAddress(address)).toBe(true);
  },
);

test.each(['10.0.0.1', '192.0.2.1', '2001:db8::1', '::ffff:10.0.0.1'])('%s is another machine', (address) => {
  expect(isOwnAddress(address)).toBe(false);
});
