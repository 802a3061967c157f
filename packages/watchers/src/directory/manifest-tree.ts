import type { BigIntStats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { reasonOf } from './file-trouble.ts';

/** A manifest file that was found. */
export interface TreeFile {
  /** How messages name it and what files are ordered by; with `/` on every system. */
  readonly path: string;
  /** Where to open it. */
  readonly location: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  /** The file itself, whatever path leads to it. */
  readonly identity: string;
  /** Changes whenever the content may have changed. */
  readonly signature: string;
}

/** A folder that was looked into. */
export interface TreeFolder {
  readonly location: string;
  readonly identity: string;
}

/** What a directory of manifests holds at one moment. */
export interface ManifestTree {
  /** In path order; a file that several links lead to is there once. */
  readonly files: readonly TreeFile[];
  readonly folders: readonly TreeFolder[];
  /** Files and folders that exist but cannot be looked at, by path, with the reason. */
  readonly unreadable: ReadonlyMap<string, string>;
}

const MANIFEST = /\.(?:ya?ml|json)$/i;

/** Folders that never hold manifests of the cluster. */
const SKIPPED = new Set(['node_modules']);

interface Scan {
  readonly files: TreeFile[];
  readonly folders: TreeFolder[];
  readonly unreadable: Map<string, string>;
  readonly seen: Set<string>;
}

/**
 * Finds the manifest files below a folder. Names that start with a dot are left out, and so are the folders behind the links
 * of a mounted ConfigMap (`..data`): its files are found by the links beside it. Links are followed, each folder is
 * entered once. Rejects when the folder itself cannot be read; trouble further down is part of the result.
 */
export async function scanTree(root: string, prefix = ''): Promise<ManifestTree> {
  const scan: Scan = { files: [], folders: [], unreadable: new Map(), seen: new Set() };
  const stats = await stat(root, { bigint: true });
  await scanFolder(scan, root, prefix, identityOf(stats, root));
  return { files: inPathOrder(scan.files), folders: scan.folders, unreadable: scan.unreadable };
}

/** Sorts files by path and keeps the first of those that are the same file. */
export function inPathOrder(files: readonly TreeFile[]): TreeFile[] {
  const seen = new Set<string>();
  return files
    .toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
    .filter(({ identity }) => !seen.has(identity) && seen.add(identity));
}

/** Describes one file for reading. */
export function treeFile(path: string, location: string, stats: BigIntStats): TreeFile {
  const { size, mtimeNs, ctimeNs, mtimeMs } = stats;
  const identity = identityOf(stats, location);
  return {
    path,
    location,
    sizeBytes: Number(size),
    modifiedMs: Number(mtimeMs),
    identity,
    signature: `${identity}:${size}:${mtimeNs}:${ctimeNs}`,
  };
}

async function scanFolder(scan: Scan, location: string, path: string, identity: string): Promise<void> {
  if (scan.seen.has(identity)) return;
  scan.seen.add(identity);
  const entries = await readdir(location, { withFileTypes: true });
  scan.folders.push({ location, identity });
  const names = entries.filter(
    (entry) =>
      !entry.name.startsWith('.') &&
      !SKIPPED.has(entry.name) &&
      (entry.isDirectory() || entry.isSymbolicLink() || MANIFEST.test(entry.name)),
  );
  const found = await Promise.all(names.map(async (entry) => ({ entry, stats: await lookAt(join(location, entry.name)) })));
  for (const { entry, stats } of found.toSorted((a, b) => (a.entry.name < b.entry.name ? -1 : 1))) {
    const entryPath = path === '' ? entry.name : `${path}/${entry.name}`;
    if (stats.kind === 'failed') noteFailure(scan, entryPath, entry.isSymbolicLink(), stats.error);
    else await scanEntry(scan, join(location, entry.name), entryPath, stats.stats);
  }
}

async function scanEntry(scan: Scan, location: string, path: string, stats: BigIntStats): Promise<void> {
  if (stats.isDirectory()) {
    try {
      await scanFolder(scan, location, path, identityOf(stats, location));
    } catch (error) {
      noteFailure(scan, path, false, error);
    }
  } else if (stats.isFile() && MANIFEST.test(path)) {
    scan.files.push(treeFile(path, location, stats));
  }
}

/** An entry that is gone by the time it is looked at was deleted; a link that leads nowhere is still there. */
function noteFailure(scan: Scan, path: string, link: boolean, error: unknown): void {
  const gone = error instanceof Error && 'code' in error && error.code === 'ENOENT';
  if (!gone) scan.unreadable.set(path, reasonOf(error));
  else if (link && MANIFEST.test(path)) scan.unreadable.set(path, 'the link leads nowhere');
}

type Look = { readonly kind: 'found'; readonly stats: BigIntStats } | { readonly kind: 'failed'; readonly error: unknown };

async function lookAt(location: string): Promise<Look> {
  try {
    return { kind: 'found', stats: await stat(location, { bigint: true }) };
  } catch (error) {
    return { kind: 'failed', error };
  }
}

/** File systems without inode numbers give 0: then the path has to do. Creation time tells a reused inode number apart. */
function identityOf({ dev, ino, birthtimeNs }: BigIntStats, location: string): string {
  return ino === 0n ? location : `${dev}:${ino}:${birthtimeNs}`;
}
