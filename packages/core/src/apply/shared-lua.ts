import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The Lua that every data plane with Lua runs (`sluice/*.lua` below it), beside modules of its own; found from `src` and from `dist` alike. */
export const sharedLuaFolder: URL = new URL('../../src/lua/', import.meta.url);

/** A module as a generation has it: its path begins with `lua/`. */
export interface LuaFile {
  readonly path: string;
  readonly content: string;
}

/** What data planes have in common together with what is of one of them, sorted by path; no file may be in both. */
export function readLuaFiles(own: URL): readonly LuaFile[] {
  return [sharedLuaFolder, own].flatMap(filesOf).toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function filesOf(folder: URL): readonly LuaFile[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.lua'));
  return names.map((name) => ({ path: `lua/${name}`, content: readFileSync(fileURLToPath(new URL(name, folder)), 'utf8') }));
}
