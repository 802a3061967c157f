import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { sharedLuaFolder } from '@sluice/core';
import type { GeneratedFile } from '../render/nginx-table.ts';

/** The Lua that nginx runs, as every generation with Lua has it. */
export interface LuaFiles {
  readonly files: readonly GeneratedFile[];
  /** SHA-256 in hexadecimal: other Lua makes another generation of the same configuration. */
  readonly digest: string;
}

/** From `src` and from `dist` alike. */
const FOLDER = new URL('../../src/lua/', import.meta.url);

/** What data planes have in common, and what is of nginx: no file is in both. */
const FOLDERS: readonly URL[] = [sharedLuaFolder, FOLDER];

/** Reads the Lua files of folders; their paths in a generation begin with `lua/`. */
export function readLuaFiles(folders: readonly URL[] = FOLDERS): LuaFiles {
  const files = folders.flatMap(filesOf).toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return { files, digest: createHash('sha256').update(JSON.stringify(files)).digest('hex') };
}

function filesOf(folder: URL): readonly GeneratedFile[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.lua'));
  return names.map((name) => {
    const content = readFileSync(fileURLToPath(new URL(name, folder)), 'utf8');
    return { path: `lua/${name}`, content, readers: 'workers' };
  });
}
