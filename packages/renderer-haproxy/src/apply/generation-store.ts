import { randomBytes } from 'node:crypto';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { GenerationFiles, GenerationFolders, SluiceError, messageOf } from '@sluice/core';
import type { FilledDraft } from '@sluice/core';
import type { HaproxyTable } from '../render/haproxy-table.ts';
import { CertificateSets } from './certificate-sets.ts';
import { filesOf } from './generated-texts.ts';
import type { HaproxyFolder } from './haproxy-folder.ts';
import { isManifest } from './manifest.ts';
import type { Manifest } from './manifest.ts';

/**
 * Generations on the disk: what HAProxy reads when it starts or reloads. Each table that is applied is one, with a name of its own, whether
 * HAProxy reads it or is told the difference; files that did not change are second names of those before. One is complete or not there, and
 * `current` is switched by one `rename`: whenever this process or HAProxy ends, what is there can be run.
 */
export class GenerationStore extends GenerationFolders<Manifest> {
  readonly #folder: HaproxyFolder;
  readonly #addresses: string;
  readonly #sets: CertificateSets;

  /** `addresses`: where generations listen. */
  constructor(folder: HaproxyFolder, addresses: string) {
    super(folder, { addresses, isManifest });
    this.#folder = folder;
    this.#addresses = addresses;
    this.#sets = new CertificateSets(folder.certificates);
  }

  /** Makes a generation of a table; nothing reads it yet. Its name. Throws `SLU3004`, retryable. */
  async write(table: HaproxyTable): Promise<string> {
    const id = `${table.digest.slice(0, 16)}-${randomBytes(8).toString('hex')}`;
    let certificateSet: string;
    try {
      certificateSet = await this.#sets.make(table.certificates);
    } catch (error) {
      throw new SluiceError('SLU3004', `cannot write certificates to ${this.#folder.certificates}: ${messageOf(error)}`, { cause: error });
    }
    await this.make(id, (draft) => this.#fill(draft, id, table, certificateSet));
    return id;
  }

  /** Removes every generation but those named and the current one, and certificates that none of them has. */
  override async keepOnly(ids: ReadonlySet<string>): Promise<void> {
    await super.keepOnly(ids);
    const kept = [...ids, this.currentId()].flatMap((id) => (id === undefined ? [] : (this.manifest(id)?.certificateSet ?? [])));
    this.#sets.keepOnly(new Set(kept));
  }

  async #fill(draft: string, id: string, table: HaproxyTable, certificateSet: string): Promise<FilledDraft<Manifest>> {
    await mkdir(draft, { mode: 0o700 });
    const writer = new GenerationFiles(draft, undefined);
    const files = filesOf(table);
    const before = this.#previousFiles();
    for (const { path, fingerprint, content } of files) {
      const isSame = before.fingerprints.get(path) === fingerprint;
      if (!(isSame && (await writer.link(before.folder, path))))
        await writer.write({ path, content: content(), binary: true, readers: 'master' }, true);
    }
    await symlink(`../../certificates/${certificateSet}`, join(draft, 'certificates'));
    await writer.write({ path: 'generation.cfg', content: generationText(id), readers: 'master' }, true);
    const manifest: Manifest = {
      id,
      table: table.digest,
      addresses: this.#addresses,
      files: files.map(({ path, fingerprint }) => ({ path, fingerprint })),
      certificateSet,
    };
    return { writer, manifest };
  }

  /** What the current generation has. */
  #previousFiles(): { readonly folder: string; readonly fingerprints: ReadonlyMap<string, string> } {
    const id = this.currentId();
    const files = id === undefined ? undefined : this.manifest(id)?.files;
    return { folder: this.pathOf(id ?? ''), fingerprints: new Map(files?.map(({ path, fingerprint }) => [path, fingerprint])) };
  }
}

/** What tells a worker's generation, and makes it reachable. */
export function generationText(id: string): string {
  return `global
  set-var proc.sluice_generation str(${id})
  stats socket unix@run/worker.sock mode 600 level admin
  stats timeout 1m
`;
}
