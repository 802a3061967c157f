import { stat } from 'node:fs/promises';
import type { Diagnostic } from '@sluice/core';
import { reasonOf } from './file-trouble.ts';
import { unreadableDirectory } from './finding.ts';
import { ManifestStore } from './manifest-store.ts';
import { inPathOrder, scanTree, treeFile } from './manifest-tree.ts';
import type { ManifestTree } from './manifest-tree.ts';

/** What manifests give on a single look. */
export interface ReadManifests {
  /** Kubernetes objects of the kinds that routing uses, in path order, each once; not checked in any way. */
  readonly objects: unknown[];
  readonly diagnostics: Diagnostic[];
}

/**
 * Reads manifests once, for commands that do not watch. Each path is a file (whatever it is called) or a directory; messages
 * name files the way the path was given. Never rejects: trouble is among the diagnostics.
 */
export async function readManifests(paths: readonly string[]): Promise<ReadManifests> {
  const store = new ManifestStore(0);
  const trees: ManifestTree[] = [];
  const missing: Diagnostic[] = [];
  for (const path of paths) {
    try {
      trees.push(await treeAt(path));
    } catch (error) {
      missing.push(unreadableDirectory(path, reasonOf(error)));
    }
  }
  const tree: ManifestTree = {
    files: inPathOrder(trees.flatMap(({ files }) => files)),
    folders: [],
    unreadable: new Map(trees.flatMap(({ unreadable }) => [...unreadable])),
  };
  await store.update(tree, 0);
  return {
    objects: store.claims.winners().map(({ json }): unknown => JSON.parse(json)),
    diagnostics: [...missing, ...store.diagnostics()],
  };
}

async function treeAt(path: string): Promise<ManifestTree> {
  const stats = await stat(path, { bigint: true });
  if (stats.isDirectory()) return scanTree(path, path === '.' ? '' : path.replace(/(?<=.)\/+$/, ''));
  return { files: [treeFile(path, path, stats)], folders: [], unreadable: new Map() };
}
