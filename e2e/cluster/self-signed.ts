import { generate } from 'selfsigned';
import type { KeyPair } from '../certificates.ts';

/** A certificate for addresses and the name localhost that is its own authority. */
export async function selfSignedFor(...addresses: readonly string[]): Promise<KeyPair> {
  const altNames = [{ type: 2 as const, value: 'localhost' }, ...addresses.map((ip) => ({ type: 7 as const, ip }))];
  const made = await generate([{ name: 'commonName', value: 'e2e' }], {
    keyType: 'ec',
    extensions: [{ name: 'subjectAltName', altNames }],
  });
  return { cert: made.cert, key: made.private };
}
