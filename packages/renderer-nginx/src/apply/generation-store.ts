import { readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { SluiceError, messageOf } from '@sluice/core';
import { processInfo } from '../observe/process-info.ts';
import type { WorkerUser } from '../observe/worker-user.ts';
import type { GeneratedFile, NginxTable } from '../render/nginx-table.ts';
import { GenerationFiles, syncFolder } from './generation-files.ts';
import { isManifest } from './manifest.ts';
import type { Manifest, ManifestFile } from './manifest.ts';
import type { LuaFiles } from './lua-files.ts';
import { HALF_MADE, makeFolder, removeHalfMade } from './nginx-folder.ts';
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

const MANIFEST = 'generation.json';

/**
 * Generations on the disk. One is complete or not there: it is made under another name, and `current` is switched by one
 * `rename`. Whatever goes wrong, and whenever this process ends, the last one that was switched to can be run.
 */
export class GenerationStore {
  readonly #parts: GenerationStoreParts;
  #made = 0;

  constructor(parts: GenerationStoreParts) {
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

  /** The name of the generation that `current` leads to. */
  currentId(): string | undefined {
    try {
      return basename(readlinkSync(this.#parts.folder.current));
    } catch {
      return undefined;
    }
  }

  /** What is known of a complete generation. */
  manifest(id: string): Manifest | undefined {
    try {
      const manifest: unknown = JSON.parse(readFileSync(join(this.#pathOf(id), MANIFEST), 'utf8'));
      return isManifest(manifest) ? manifest : undefined;
    } catch {
      return undefined;
    }
  }

  /** Whether a generation is complete and listens where this run does. */
  isUsable(id: string): boolean {
    return this.manifest(id)?.addresses === this.#parts.addresses;
  }

  /** Removes what an end in the middle of something has left behind. */
  clean(): void {
    const { generations, scratch } = this.#parts.folder;
    removeHalfMade(generations);
    // `PID-…` of a process that is still there is in use: a check beside a running controller.
    for (const name of readdirSync(scratch))
      if (processInfo(Number.parseInt(name, 10)) === undefined) rmSync(join(scratch, name), { recursive: true, force: true });
  }

  /** Makes the generation of a table unless it is there; nothing serves it yet. Throws `SLU3004`, retryable. */
  async write(table: NginxTable): Promise<string> {
    const id = this.idOf(table);
    const { generations } = this.#parts.folder;
    const draft = join(generations, `${HALF_MADE}${id}-${process.pid}-${this.#made++}`);
    try {
      if (this.manifest(id) !== undefined) return id;
      await rm(this.#pathOf(id), { recursive: true, force: true });
      await this.#fill(draft, table);
      await rename(draft, this.#pathOf(id));
      await syncFolder(generations);
      return id;
    } catch (error) {
      await rm(draft, { recursive: true, force: true }).catch(() => undefined);
      throw new SluiceError('SLU3004', `cannot write a generation to ${generations}: ${messageOf(error)}`, { cause: error });
    }
  }

  /** Makes a complete generation the one that nginx reads next. Throws `SLU3004`, retryable. */
  async switchTo(id: string): Promise<void> {
    const { root, current } = this.#parts.folder;
    const draft = join(root, `${HALF_MADE}current-${process.pid}-${this.#made++}`);
    try {
      await stat(join(this.#pathOf(id), MANIFEST));
      await symlink(`generations/${id}`, draft);
      await rename(draft, current);
      await syncFolder(root);
    } catch (error) {
      await rm(draft, { force: true }).catch(() => undefined);
      throw new SluiceError('SLU3004', `cannot switch to the generation ${id}: ${messageOf(error)}`, { cause: error });
    }
  }

  /** Removes every generation but those named and the current one. */
  async keepOnly(ids: ReadonlySet<string>): Promise<void> {
    const current = this.currentId();
    for (const name of await readdir(this.#parts.folder.generations))
      if (!ids.has(name) && name !== current && !name.startsWith('.')) await rm(this.#pathOf(name), { recursive: true, force: true });
  }

  /** Remembers the last generation that nginx served for sure; `undefined` when there is none. */
  async acknowledge(id: string | undefined): Promise<void> {
    await writeFile(this.#parts.folder.acknowledged, id ?? '', { mode: 0o600 }).catch(() => undefined);
  }

  acknowledged(): string | undefined {
    try {
      return readFileSync(this.#parts.folder.acknowledged, 'utf8') || undefined;
    } catch {
      return undefined;
    }
  }

  #pathOf(id: string): string {
    return join(this.#parts.folder.generations, id);
  }

  async #fill(draft: string, table: NginxTable): Promise<void> {
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
    await writer.write({ path: MANIFEST, content: JSON.stringify(manifest), readers: 'master' }, true);
    await writer.sync();
  }

  /** What the current generation has: the same files need not be written again. */
  #previousFiles(): { readonly folder: string; readonly files: ReadonlyMap<string, ManifestFile> } {
    const id = this.currentId();
    const files = id === undefined ? undefined : this.manifest(id)?.files;
    return { folder: this.#pathOf(id ?? ''), files: new Map(files?.map((file) => [file.path, file])) };
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
