import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { GeneratedFile } from '../render/nginx-table.ts';

/** The Lua of this package, as every generation with Lua has it. */
export interface LuaFiles {
  readonly files: readonly GeneratedFile[];
  /** SHA-256 in hexadecimal: other Lua makes another generation of the same configuration. */
  readonly digest: string;
}

/** From `src` and from `dist` alike. */
const FOLDER = new URL('../../src/lua/', import.meta.url);

/** Reads the Lua files; their paths in a generation begin with `lua/`. */
export function readLuaFiles(folder: URL = FOLDER): LuaFiles {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.lua'));
  const files = names.toSorted().map((name): GeneratedFile => {
    const content = readFileSync(fileURLToPath(new URL(name, folder)), 'utf8');
    return { path: `lua/${name}`, content, readers: 'workers' };
  });
  return { files, digest: createHash('sha256').update(JSON.stringify(files)).digest('hex') };
}
