import { expect, test } from 'vitest';
import { hasAddress } from './address-set.ts';

test.each([
  ['10.1.2.3', ['10.0.0.0/8'], true],
  ['11.0.0.0', ['10.0.0.0/8'], false],
  ['10.255.255.255', ['10.9.9.9/8'], true],
  ['192.0.2.7', ['192.0.2.7'], true],
  ['192.0.2.8', ['192.0.2.7'], false],
  ['::ffff:192.0.2.7', ['192.0.2.0/24'], true],
  ['192.0.2.7', ['::ffff:192.0.2.0/120'], true],
  ['192.0.2.7', ['::/0'], false],
  ['2001:db8::1', ['0.0.0.0/0'], false],
  ['2001:db8:7::1', ['2001:db8::/32'], true],
  ['255.255.255.255', ['0.0.0.0/0'], true],
  ['10.1.2.3', [], false],
  ['unix:', ['0.0.0.0/0', '::/0'], false],
  ['10.0.5.1', ['10.0.5.0/24', '10.0.0.0/16', '10.0.4.0/24'], true],
  ['10.0.200.1', ['10.0.5.0/24', '10.0.0.0/16', '10.0.4.0/24'], true],
])('%s in %j: %s', (address, ranges, expected) => {
  expect(hasAddress(ranges, address)).toBe(expected);
});

test('a list of ten thousand blocks is not walked through for each request', () => {
  const ranges = Array.from({ length: 10_000 }, (_, index) => `10.${index >> 8}.${index & 255}.0/25`);
  expect(hasAddress(ranges, '10.20.30.1')).toBe(true);
  expect(hasAddress(ranges, '10.20.30.129')).toBe(false);
  const startMs = performance.now();
  for (let count = 0; count < 10_000; count++) hasAddress(ranges, `203.0.${count & 255}.9`);
  expect(performance.now() - startMs).toBeLessThan(400);
});
