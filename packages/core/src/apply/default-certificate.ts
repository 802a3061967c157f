import { generate } from 'selfsigned';
import { KeyMaterial } from '../model/key-material.ts';

/** A certificate with its key that no object of the cluster holds. */
export interface KeyPair {
  /** PEM. */
  readonly chain: string;
  readonly privateKey: KeyMaterial;
}

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

/**
 * Makes the self-signed certificate that is served to names without one, with the subject that ingress-nginx gives it, so
 * that checks which look for that name go on working. RSA 2048, valid for a year.
 */
export async function createDefaultCertificate(nowMs: number = Date.now()): Promise<KeyPair> {
  const attributes = [
    { name: 'organizationName', value: 'Acme Co' },
    { name: 'commonName', value: 'Kubernetes Ingress Controller Fake Certificate' },
  ];
  const made = await generate(attributes, {
    keySize: 2048,
    algorithm: 'sha256',
    notBeforeDate: new Date(nowMs - 60_000),
    notAfterDate: new Date(nowMs + YEAR_MS),
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'ingress.local' }] }],
  });
  return { chain: made.cert, privateKey: new KeyMaterial(made.private) };
}
