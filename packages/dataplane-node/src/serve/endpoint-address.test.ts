import type { LookupAddress } from 'node:dns';
import { expect, test } from 'vitest';
import { lookupEndpoint } from './endpoint-address.ts';

const look = (name: string): Promise<string | LookupAddress[]> =>
  new Promise((resolve, reject) => {
    lookupEndpoint(name, { all: true }, (error, addresses) => (error === null ? resolve(addresses) : reject(error)));
  });

test('own addresses are left out of answers, also of remembered ones', async () => {
  for (let round = 0; round < 2; round++) {
    expect(await look('192.0.2.1')).toEqual([{ address: '192.0.2.1', family: 4 }]);
    await expect(look('localhost')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  }
});
