import { generate } from 'selfsigned';
import type { KeyPair } from '../certificates.ts';
import type { CertificateSpec } from './case-schema.ts';

const DAY_MS = 86_400_000;

/** Makes the certificates of a file; those that sign others must come first. */
export async function makeCertificates(specs: Readonly<Record<string, CertificateSpec>>): Promise<ReadonlyMap<string, KeyPair>> {
  const made = new Map<string, KeyPair>();
  for (const [name, spec] of Object.entries(specs)) {
    const signer = spec.by === undefined ? undefined : made.get(spec.by);
    if (spec.by !== undefined && signer === undefined)
      throw new Error(`certificate ${name} is signed by ${spec.by}, which does not come before it`);
    made.set(name, await make(spec, signer));
  }
  return made;
}

async function make({ names, authority, expired }: CertificateSpec, signer: KeyPair | undefined): Promise<KeyPair> {
  const end = Date.now() + (expired ? -DAY_MS : DAY_MS);
  const { cert, private: key } = await generate([{ name: 'commonName', value: names[0] ?? '' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(end - 30 * DAY_MS),
    notAfterDate: new Date(end),
    extensions: [
      { name: 'basicConstraints', cA: authority, critical: true },
      ...(authority ? [{ name: 'keyUsage' as const, keyCertSign: true, cRLSign: true, critical: true }] : []),
      ...(authority ? [] : [{ name: 'subjectAltName' as const, altNames: names.map((value) => ({ type: 2 as const, value })) }]),
    ],
    ...(signer !== undefined && { ca: signer }),
  });
  return { cert, key };
}
