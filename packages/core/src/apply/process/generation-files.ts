import { chmod, chown, link, mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { KeyMaterial } from '../../model/key-material.ts';
import type { WorkerUser } from '../../observe/process/worker-user.ts';

/** A file of a generation; its path is relative to the generation. */
export interface WrittenFile {
  readonly path: string;
  readonly content: string | KeyMaterial;
  /** The content has one character for each byte. */
  readonly binary?: true;
  /** Who reads it: the master, which has the rights of the controller, or workers as well. */
  readonly readers: 'master' | 'workers';
}

/** Writes files into a folder that nobody reads yet. Key material is revealed here. */
export class GenerationFiles {
  readonly #folder: string;
  readonly #user: WorkerUser | undefined;
  readonly #made = new Set<string>();

  constructor(folder: string, user: WorkerUser | undefined) {
    this.#folder = folder;
    this.#user = user;
  }

  /** Writes a file that the master reads, or workers as well. With `sync` it is on the disk when this resolves. */
  async write({ path, content, readers, binary }: WrittenFile, sync: boolean): Promise<void> {
    const full = await this.#place(path);
    const file = await open(full, 'wx', 0o600);
    try {
      await file.writeFile(textOf(content), binary ? 'latin1' : 'utf8');
      const group = readers === 'workers' && this.#user !== undefined ? this.#user.gid : undefined;
      if (group !== undefined) await file.chown(process.getuid?.() ?? 0, group);
      if (readers === 'workers') await file.chmod(0o640);
      if (sync) await file.datasync();
    } finally {
      await file.close();
    }
  }

  /** Gives a file of a complete generation a second name in this one. False when it is not there. */
  async link(from: string, path: string): Promise<boolean> {
    const full = await this.#place(path);
    try {
      await link(join(from, path), full);
      return true;
    } catch {
      return false;
    }
  }

  /** Makes the folders, and their names last. */
  async sync(): Promise<void> {
    for (const folder of [...this.#made, this.#folder]) await syncFolder(folder);
  }

  async #place(path: string): Promise<string> {
    const full = join(this.#folder, path);
    if (!full.startsWith(`${this.#folder}/`)) throw new Error(`${path} is outside of its generation`);
    for (let folder = dirname(full); folder !== this.#folder && !this.#made.has(folder); folder = dirname(folder))
      await this.#makeFolder(folder);
    return full;
  }

  async #makeFolder(folder: string): Promise<void> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if (this.#user !== undefined) {
      await chown(folder, process.getuid?.() ?? 0, this.#user.gid);
      await chmod(folder, 0o710);
    }
    this.#made.add(folder);
  }
}

/** What is in a folder is on the disk when this resolves. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function textOf(content: string | KeyMaterial): string {
  return typeof content === 'string' ? content : content.reveal();
}
