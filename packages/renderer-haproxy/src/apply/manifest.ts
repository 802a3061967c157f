import type { GenerationManifest } from '@sluice/core';
/** What a generation on the disk tells about itself. */
export interface Manifest extends GenerationManifest {
  /** What `proc.sluice_generation` is for a worker that has loaded it. */
  readonly id: string;
  /** The digest of its table. */
  readonly table: string;
  readonly files: readonly ManifestFile[];
  /** Name of its folder of certificates. */
  readonly certificateSet: string;
}

export interface ManifestFile {
  readonly path: string;
  readonly fingerprint: string;
}

export function isManifest(value: unknown): value is Manifest {
  return (
    typeof value === 'object' &&
    value !== null &&
    'id' in value &&
    'table' in value &&
    'addresses' in value &&
    'certificateSet' in value &&
    'files' in value &&
    Array.isArray(value.files)
  );
}
