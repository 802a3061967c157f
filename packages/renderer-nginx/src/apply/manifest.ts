import type { GeneratedFile } from '../render/nginx-table.ts';

/** What a generation on the disk tells about itself. It is written last: one without it is not complete. */
export interface Manifest {
  /** The digest of its table, which its control socket answers. */
  readonly table: string;
  /** Where it listens: one that listens elsewhere cannot be served by this run. */
  readonly addresses: string;
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
