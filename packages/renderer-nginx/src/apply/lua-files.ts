import { createHash } from 'node:crypto';
import { readLuaFiles } from '@sluice/core';
import type { GeneratedFile } from '../render/nginx-table.ts';

/** The Lua that nginx runs, as every generation with Lua has it. */
export interface LuaFiles {
  readonly files: readonly GeneratedFile[];
  /** SHA-256 in hexadecimal: other Lua makes another generation of the same configuration. */
  readonly digest: string;
}

/** From `src` and from `dist` alike. */
const FOLDER = new URL('../../src/lua/', import.meta.url);

/** Reads the Lua files; their paths in a generation begin with `lua/`. */
export function nginxLuaFiles(): LuaFiles {
  const files = readLuaFiles(FOLDER).map((file): GeneratedFile => ({ ...file, readers: 'workers' }));
  return { files, digest: createHash('sha256').update(JSON.stringify(files)).digest('hex') };
}
