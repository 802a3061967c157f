import type { GeneratedFile } from '../render/nginx-table.ts';

/** What a generation on the disk tells about itself. It is written last: one without it is not complete. */
export interface Manifest {
  /** The digest of its table, which its control socket answers. */
  readonly table: string;
  /** What it was made for besides the model: nginx, options, addresses. */
  readonly environment: string;
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
    'environment' in value &&
    'files' in value &&
    Array.isArray(value.files)
  );
}
