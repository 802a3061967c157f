/** One generated file; `path` is relative to the generation's folder. */
export interface ArtifactFile {
  readonly path: string;
  readonly content: string;
}

/**
 * What a data plane loads. Equal digests mean equal behaviour.
 * `files` is the printable form (what `sluice render` shows): it never holds key material.
 * `table` is the in-memory form for an in-process data plane; its shape is known to the backend alone.
 */
export interface Artifact {
  /** SHA-256 in hexadecimal. */
  readonly digest: string;
  readonly files: () => readonly ArtifactFile[];
  readonly table?: unknown;
}
