import type { KeyMaterial } from './key-material.ts';
import type { Origin } from './origin.ts';

/** A certificate chain with its private key, parsed and found to belong together. */
export interface Certificate {
  /** `namespace/secret`. */
  readonly id: string;
  /** PEM, leaf first; nothing else than certificates. */
  readonly chain: string;
  /** PKCS#8 in PEM. */
  readonly privateKey: KeyMaterial;
  /** SHA-256 fingerprint of the leaf, upper-case hexadecimal with colons. */
  readonly fingerprint: string;
  /** Names that the leaf covers: DNS names of the SAN, or the common name where there is no SAN. Lower case, sorted. */
  readonly names: readonly string[];
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly from: Origin;
}
