import type { LookupAddress } from 'node:dns';
import { expect, test } from 'vitest';
import { isOwnAddress, lookupEndpoint } from './endpoint-address.ts';

const look = (name: string): Promise<string | LookupAddress[]> =>
  new Promise((resolve, reject) => {
    lookupEndpoint(name, { all: true }, (error, addresses) => (error === null ? resolve(addresses) : reject(error)));
  });

test.each(['127.0.0.1', '127.1.2.3', '0.0.0.0', '0.1.2.3', '::1', '::', '::ffff:127.0.0.1', '0:0:0:0:0:0:0:1', 'nonsense'])(
  '%s is our own',
  (address) => {
    expect(isOwnAddress(address)).toBe(true);
  },
);

test.each(['10.0.0.1', '192.0.2.1', '2001:db8::1', '::ffff:10.0.0.1'])('%s is another machine', (address) => {
  expect(isOwnAddress(address)).toBe(false);
});

test('own addresses are left out of answers, also of remembered ones', async () => {
  for (let round = 0; round < 2; round++) {
    expect(await look('192.0.2.1')).toEqual([{ address: '192.0.2.1', family: 4 }]);
    await expect(look('localhost')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  }
});
