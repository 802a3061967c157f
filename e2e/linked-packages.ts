import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the checkout. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** What a package.json of the workspace says that tests look at. */
export interface PackageManifest {
  readonly name: string;
  readonly private?: boolean;
  readonly exports?: { readonly '.': { readonly types: string; readonly default: string } };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

export function readManifest(folder: string): PackageManifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageManifest;
}

/** Every package of the workspace that is published, by name, with its folder. */
export const packageFolders: ReadonlyMap<string, string> = new Map(
  ['packages', 'apps']
    .flatMap((parent) => readdirSync(join(root, parent)).map((name) => join(root, parent, name)))
    .filter((folder) => readdirSync(folder).includes('package.json') && readManifest(folder).private !== true)
    .map((folder) => [readManifest(folder).name, folder]),
);

/** Makes packages of the workspace, or what they depend on, importable from a folder. */
export function linkPackages(folder: string, names: readonly string[]): void {
  for (const name of names) {
    const place = join(folder, 'node_modules', name);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(packageFolders.get(name) ?? join(root, 'node_modules', name), place, 'dir');
  }
}
