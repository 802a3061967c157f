import type { KeyMaterial } from './key-material.ts';
import type { Origin } from './origin.ts';

/** A certificate chain with its private key, parsed and found to belong together. */
export interface Certificate {
  /** `namespace/secret`. */
  readonly id: string;
  /** PEM, leaf first. */
  readonly chain: string;
  readonly privateKey: KeyMaterial;
  /** SHA-256 fingerprint of the leaf, upper-case hexadecimal with colons. */
  readonly fingerprint: string;
  /** Names that the leaf covers: DNS names of the SAN, else the common name. Lower case, sorted. */
  readonly names: readonly string[];
  readonly notAfterMs: number;
  readonly from: Origin;
}
