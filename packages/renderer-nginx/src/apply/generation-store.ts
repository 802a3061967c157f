import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { GenerationFiles, GenerationFolders, makeFolder } from '@sluice/core';
import type { FilledDraft, WorkerUser } from '@sluice/core';
import type { GeneratedFile, NginxTable } from '../render/nginx-table.ts';
import { isManifest } from './manifest.ts';
import type { Manifest, ManifestFile } from './manifest.ts';
import type { LuaFiles } from './lua-files.ts';
import type { NginxFolder } from './nginx-folder.ts';

export interface GenerationStoreParts {
  readonly folder: NginxFolder;
  readonly user: WorkerUser | undefined;
  readonly lua: LuaFiles;
  /** Where generations listen. */
  readonly addresses: string;
  /** What generations are made for besides the model: nginx, options, addresses. */
  readonly environment: string;
}

/** Generations on the disk: one for each table, nginx, set of options and Lua. The same of all is the same generation. */
export class GenerationStore extends GenerationFolders<Manifest> {
  readonly #parts: GenerationStoreParts;

  constructor(parts: GenerationStoreParts) {
    super(parts.folder, { addresses: parts.addresses, isManifest });
    this.#parts = parts;
  }

  /** The name of the generation of a table: the same table, for the same nginx and with the same Lua, is the same generation. */
  idOf({ digest, live }: NginxTable): string {
    const { environment, lua } = this.#parts;
    return createHash('sha256')
      .update(JSON.stringify([digest, environment, live === undefined ? '' : lua.digest]))
      .digest('hex')
      .slice(0, 40);
  }

  /** The files that a table's generation has besides nginx.conf. */
  filesOf({ files, live }: NginxTable): readonly GeneratedFile[] {
    return live === undefined ? files : [...files, ...this.#parts.lua.files];
  }

  /** Makes the generation of a table unless it is there; nothing serves it yet. Throws `SLU3004`, retryable. */
  async write(table: NginxTable): Promise<string> {
    const id = this.idOf(table);
    if (this.manifest(id) === undefined) await this.make(id, (draft) => this.#fill(draft, table));
    return id;
  }

  async #fill(draft: string, table: NginxTable): Promise<FilledDraft<Manifest>> {
    const { user, addresses } = this.#parts;
    await mkdir(draft, { mode: 0o700 });
    makeFolder(draft, user);
    const writer = new GenerationFiles(draft, user);
    const files = this.filesOf(table);
    const manifest: Manifest = { table: table.digest, addresses, files: files.map(entryOf) };
    const previous = this.#previousFiles();
    for (const [index, file] of files.entries()) {
      const known = isSame(previous.files.get(file.path), manifest.files[index]);
      if (!(known && (await writer.link(previous.folder, file.path)))) await writer.write(file, true);
    }
    // Old workers go on reading `current/...` for the requests that they have: they find their files there until they are gone.
    const own = new Set(files.map(({ path }) => path));
    for (const { path, readers } of previous.files.values())
      if (readers === 'workers' && !own.has(path)) await writer.link(previous.folder, path);
    await writer.write({ path: 'nginx.conf', content: configurationText(table), binary: true, readers: 'master' }, true);
    return { writer, manifest };
  }

  /** What the current generation has: the same files need not be written again. */
  #previousFiles(): { readonly folder: string; readonly files: ReadonlyMap<string, ManifestFile> } {
    const id = this.currentId();
    const files = id === undefined ? undefined : this.manifest(id)?.files;
    return { folder: this.pathOf(id ?? ''), files: new Map(files?.map((file) => [file.path, file])) };
  }
}

function isSame(a: ManifestFile | undefined, b: ManifestFile | undefined): boolean {
  return a !== undefined && a.readers === b?.readers && a.fingerprint === b.fingerprint;
}

/** nginx.conf of a table, one character for each byte. */
export function configurationText({ chunks }: Pick<NginxTable, 'chunks'>): string {
  return chunks.map(({ text }) => text).join('');
}

function entryOf({ path, content, readers }: GeneratedFile): ManifestFile {
  const fingerprint = typeof content === 'string' ? createHash('sha256').update(content).digest('hex') : content.fingerprint;
  return { path, readers, fingerprint };
}
