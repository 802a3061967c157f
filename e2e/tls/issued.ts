// eslint-disable-next-line no-restricted-imports -- `@peculiar/x509` cannot be loaded without it
import 'reflect-metadata';
import { KeyObject, X509Certificate as Parsed } from 'node:crypto';
import type { webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { X509Certificate } from '@peculiar/x509';

const DAY_MS = 86_400_000;

/** Kinds of keys. */
export type KeyKind = 'P-256' | 'P-384' | 'Ed25519' | `RSA ${number}`;

/** What a certificate is made of. */
export interface Wish {
  /** Subject, as RFC 4514 writes it. */
  readonly subject?: string;
  /** DNS names of the SAN; none: no such extension. */
  readonly names?: readonly string[];
  readonly key?: KeyKind;
  readonly by?: Issued;
  readonly authority?: boolean;
  /** From the start of the certificate to now, and from now to its end, in days. */
  readonly days?: readonly [before: number, after: number];
}

/** A certificate with its private key. */
export interface Issued {
  /** PEM. */
  readonly cert: string;
  readonly privateKey: KeyObject;
  /** As PKCS#8, in PEM. */
  readonly key: string;
  /** SHA-256, upper-case hexadecimal with colons. */
  readonly fingerprint: string;
  readonly signer: { readonly keys: webcrypto.CryptoKeyPair; readonly certificate: X509Certificate };
}

/** Makes a certificate; it is its own issuer unless another one signs it. */
export async function issue({ subject = 'CN=test', names = [], key = 'P-256', by, authority, days = [1, 90] }: Wish): Promise<Issued> {
  const keys = (await crypto.subtle.generateKey(algorithmOf(key), true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const extensions = [
    new BasicConstraintsExtension(authority === true, undefined, true),
    ...(authority === true ? [new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true)] : []),
    ...(names.length === 0 ? [] : [new SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns', value })))]),
  ];
  const made = { notBefore: inDays(-days[0]), notAfter: inDays(days[1]), extensions };
  const certificate =
    by === undefined
      ? await X509CertificateGenerator.createSelfSigned({ ...made, name: subject, keys })
      : await X509CertificateGenerator.create({
          ...made,
          subject,
          issuer: by.signer.certificate.subject,
          publicKey: keys.publicKey,
          signingKey: by.signer.keys.privateKey,
        });
  const cert = `${certificate.toString('pem')}\n`;
  const privateKey = KeyObject.from(keys.privateKey);
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  return { cert, privateKey, key: pem, fingerprint: new Parsed(cert).fingerprint256, signer: { keys, certificate } };
}

function inDays(days: number): Date {
  return new Date(Date.now() + days * DAY_MS);
}

function algorithmOf(kind: KeyKind): webcrypto.EcKeyGenParams | webcrypto.RsaHashedKeyGenParams | webcrypto.Algorithm {
  if (kind === 'Ed25519') return { name: kind };
  if (kind === 'P-256' || kind === 'P-384') return { name: 'ECDSA', namedCurve: kind };
  const publicExponent = new Uint8Array([1, 0, 1]);
  return { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: Number(kind.slice('RSA '.length)), publicExponent };
}
