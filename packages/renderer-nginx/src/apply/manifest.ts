import type { GenerationManifest } from '@sluice/core';
import type { GeneratedFile } from '../render/nginx-table.ts';

/** What a generation on the disk tells about itself. */
export interface Manifest extends GenerationManifest {
  /** The digest of its table, which its control socket answers. */
  readonly table: string;
  readonly files: readonly ManifestFile[];
}

export interface ManifestFile {
  readonly path: string;
  readonly readers: GeneratedFile['readers'];
  /** SHA-256 of the content in hexadecimal. */
  readonly fingerprint: string;
}

export function isManifest(value: unknown): value is Manifest {
  return (
    typeof value === 'object' &&
    value !== null &&
    'table' in value &&
    'addresses' in value &&
    'files' in value &&
    Array.isArray(value.files)
  );
}
