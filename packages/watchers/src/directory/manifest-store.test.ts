import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ManifestFolder, service } from '../testing/manifest-folder.ts';
import { ManifestStore, TROUBLE_MS } from './manifest-store.ts';
import { scanTree } from './manifest-tree.ts';

const codes = (store: ManifestStore): string[] => store.diagnostics().map(({ code }) => code);
const names = (store: ManifestStore): string[] => store.claims.winners().map(({ ref }) => ref.name);

describe('ManifestStore', () => {
  it('reports a file only when its trouble has lasted', async () => {
    using folder = new ManifestFolder({ 'a.yaml': service('a') });
    const store = new ManifestStore(TROUBLE_MS);
    await store.update(await scanTree(folder.path), 0);
    folder.write('a.yaml', 'apiVersion: v1\nkind: Service\nmetadata: {');
    await store.update(await scanTree(folder.path), 1000);
    expect([codes(store), store.recheckMs(1000), names(store)]).toEqual([[], TROUBLE_MS, ['a']]);
    await store.update(await scanTree(folder.path), 1000 + TROUBLE_MS);
    expect([codes(store), store.recheckMs(1100), names(store)]).toEqual([['SLU1001'], undefined, ['a']]);
    folder.write('a.yaml', service('b'));
    await store.update(await scanTree(folder.path), 3000);
    expect([codes(store), store.recheckMs(3000), names(store)]).toEqual([[], undefined, ['b']]);
  });

  it('does not report trouble that was over before it counted', async () => {
    using folder = new ManifestFolder({ 'a.yaml': 'a: [' });
    const store = new ManifestStore(TROUBLE_MS);
    await store.update(await scanTree(folder.path), 0);
    folder.write('a.yaml', service('a'));
    await store.update(await scanTree(folder.path), 50);
    expect([codes(store), store.recheckMs(50), names(store)]).toEqual([[], undefined, ['a']]);
  });

  it('keeps the objects of an emptied file for a while', async () => {
    using folder = new ManifestFolder({ 'a.yaml': service('a') });
    const store = new ManifestStore(TROUBLE_MS);
    await store.update(await scanTree(folder.path), 0);
    folder.write('a.yaml', '');
    for (const nowMs of [1000, 2000, 2999]) await store.update(await scanTree(folder.path), nowMs);
    expect([codes(store), names(store)]).toEqual([[], ['a']]);
    await store.update(await scanTree(folder.path), 3000);
    expect([codes(store), names(store)]).toEqual([[], []]);
  });

  it('keeps the objects below a folder that cannot be looked into', async () => {
    using folder = new ManifestFolder({ 'sub/a.yaml': service('a'), 'submarine.yaml': service('b') });
    const store = new ManifestStore(0);
    await store.update(await scanTree(folder.path), 0);
    await store.update({ files: [], folders: [], unreadable: new Map([['sub', 'permission denied']]) }, 0);
    expect([names(store), store.diagnostics()]).toMatchObject([
      ['a'],
      [{ code: 'SLU1006', object: { kind: 'File', name: 'sub' }, message: 'permission denied' }],
    ]);
    rmSync(folder.at('sub'), { recursive: true });
    await store.update(await scanTree(folder.path), 0);
    expect([names(store), codes(store)]).toEqual([['b'], []]);
  });

  it('does not touch what did not change', async () => {
    using folder = new ManifestFolder({ 'a.yaml': service('a'), 'b.yaml': service('b') });
    const store = new ManifestStore(0);
    await store.update(await scanTree(folder.path), 0);
    store.claims.settle();
    folder.write('b.yaml', service('c'));
    await store.update(await scanTree(folder.path), 0);
    expect([...store.claims.touched]).toEqual(['Service default/b', 'Service default/c']);
  });
});
