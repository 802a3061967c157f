import { appendFileSync, renameSync, rmSync, symlinkSync, unlinkSync, utimesSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { silentLogger } from '@sluice/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ManifestFolder, service } from '../testing/manifest-folder.ts';
import { RecordingSink } from '../testing/recording-sink.ts';
import { startWatcher, stopWatchers } from '../testing/running-watcher.ts';
import { createDirectoryWatcher } from './directory-watcher.ts';

const eventually = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 15_000, interval: 10 });

afterEach(stopWatchers);

async function startSynced(path: string): Promise<RecordingSink> {
  const sink = startWatcher(path);
  await eventually(() => expect(sink.syncedCalls).toBe(1));
  return sink;
}

describe('at the start', () => {
  it('delivers everything in one change, then says so once', async () => {
    using folder = new ManifestFolder({ 'a.yaml': service('a'), 'b/c.yaml': service('c') });
    const sink = await startSynced(folder.path);
    expect([sink.keys, sink.changes.length, sink.objectsAtSync, sink.reports]).toEqual([
      ['Service default/a', 'Service default/c'],
      1,
      2,
      [],
    ]);
  });

  it('is in sync with an empty directory', async () => {
    using folder = new ManifestFolder();
    const sink = await startSynced(folder.path);
    expect(sink.changes).toEqual([[]]);
  });

  it('has reported a broken file by the time it is in sync', async () => {
    using folder = new ManifestFolder({ 'bad.yaml': 'a: [', 'ok.yaml': service('ok') });
    const sink = await startSynced(folder.path);
    expect([sink.keys, sink.codes]).toEqual([['Service default/ok'], ['SLU1001']]);
  });

  it('waits for a directory that is not there', async () => {
    using folder = new ManifestFolder();
    const sink = startWatcher(folder.at('later/deep'));
    await eventually(() => expect(sink.codes).toEqual(['SLU1005']));
    expect(sink.syncedCalls).toBe(0);
    folder.write('later/deep/a.yaml', service('a'));
    await eventually(() => expect(sink.keys).toEqual(['Service default/a']));
    expect([sink.syncedCalls, sink.codes]).toEqual([1, []]);
  });

  it('reports a path that is a file', async () => {
    using folder = new ManifestFolder({ 'a.yaml': service('a') });
    const sink = startWatcher(folder.at('a.yaml'));
    await eventually(() => expect(sink.diagnostics).toMatchObject([{ code: 'SLU1005', message: 'it is not a folder' }]));
  });

  it('ends when the signal fires, also before the first look', async () => {
    using folder = new ManifestFolder();
    await createDirectoryWatcher({ path: folder.path, logger: silentLogger }).run(new RecordingSink(), AbortSignal.abort());
    const sink = await startSynced(folder.path);
    await stopWatchers();
    folder.write('a.yaml', service('a'));
    await delay(100);
    expect(sink.keys).toEqual([]);
  });
});

describe('edits', () => {
  it('picks up writes and puts only what differs', async () => {
    using folder = new ManifestFolder({ 'a.yaml': `${service('a')}---\n${service('b')}`, 'c.yaml': service('c') });
    const sink = await startSynced(folder.path);
    folder.write('a.yaml', `${service('a', 81)}---\n${service('b')}`);
    await eventually(() => expect(sink.objects.get('Service default/a')).toMatchObject({ spec: { ports: [{ port: 81 }] } }));
    expect(sink.changes.slice(1)).toMatchObject([[{ kind: 'put', object: { metadata: { name: 'a' } } }]]);
  });

  it('puts and deletes in one change', async () => {
    using folder = new ManifestFolder({ 'a.yaml': service('a'), 'b.yaml': service('b') });
    const sink = await startSynced(folder.path);
    folder.write('a.yaml', service('new'));
    await eventually(() => expect(sink.keys).toEqual(['Service default/b', 'Service default/new']));
    expect(sink.changes.slice(1)).toMatchObject([
      [{ kind: 'put' }, { kind: 'delete', ref: { kind: 'Service', namespace: 'default', name: 'a' } }],
    ]);
  });

  it('puts nothing for a file that is only touched or rewritten alike', async () => {
    using folder = new ManifestFolder({ 'a.yaml': service('a') });
    const sink = await startSynced(folder.path);
    utimesSync(folder.at('a.yaml'), 1, 1);
    await delay(60);
    folder.write('a.yaml', `# only a comment\n${service('a')}`);
    folder.write('b.yaml', service('b'));
    await eventually(() => expect(sink.keys).toContain('Service default/b'));
    expect(sink.changes.slice(1)).toMatchObject([[{ kind: 'put', object: { metadata: { name: 'b' } } }]]);
  });

  it('takes the objects of a deleted file back', async () => {
    using folder = new ManifestFolder({ 'a.yaml': service('a'), 'b.yaml': service('b') });
    const sink = await startSynced(folder.path);
    unlinkSync(folder.at('a.yaml'));
    await eventually(() => expect(sink.keys).toEqual(['Service default/b']));
  });

  it('deletes everything in the end when the directory is emptied', async () => {
    using folder = new ManifestFolder({ 'a.yaml': service('a') });
    const sink = await startSynced(folder.path);
    unlinkSync(folder.at('a.yaml'));
    await eventually(() => expect(sink.keys).toEqual([]));
  });

  it('says nothing about a renamed file and follows it', async () => {
    using folder = new ManifestFolder({ 'a.yaml': service('a') });
    const sink = await startSynced(folder.path);
    renameSync(folder.at('a.yaml'), folder.at('z.yaml'));
    await delay(300);
    appendFileSync(folder.at('z.yaml'), `---\n${service('b')}`);
    await eventually(() => expect(sink.keys).toContain('Service default/b'));
    expect([sink.changes.length, sink.reports]).toEqual([2, []]);
  });

  it('takes the atomic save of an editor as one edit', async () => {
    using folder = new ManifestFolder({ 'a.yaml': service('a'), 'b.yaml': service('b') });
    const sink = await startSynced(folder.path);
    folder.write('.a.yaml.swp', service('a', 81));
    renameSync(folder.at('a.yaml'), folder.at('a.yaml~'));
    renameSync(folder.at('.a.yaml.swp'), folder.at('a.yaml'));
    await eventually(() => expect(sink.objects.get('Service default/a')).toMatchObject({ spec: { ports: [{ port: 81 }] } }));
    expect(sink.changes.flat().filter(({ kind }) => kind === 'delete')).toEqual([]);
  });

  it('sees files in new subfolders', async () => {
    using folder = new ManifestFolder();
    const sink = await startSynced(folder.path);
    folder.write('x/y/z/a.yaml', service('a'));
    await eventually(() => expect(sink.keys).toEqual(['Service default/a']));
    folder.write('x/y/z/b.yaml', service('b'));
    await eventually(() => expect(sink.keys).toHaveLength(2));
    renameSync(folder.at('x'), folder.at('w'));
    folder.write('w/y/z/b.yaml', service('c'));
    await eventually(() => expect(sink.keys).toEqual(['Service default/a', 'Service default/c']));
  });

  it('follows links to files outside', async () => {
    using outside = new ManifestFolder({ 'a.yaml': service('a') });
    using folder = new ManifestFolder();
    symlinkSync(outside.at('a.yaml'), folder.at('a.yaml'));
    const sink = await startSynced(folder.path);
    outside.write('a.yaml', service('b'));
    await eventually(() => expect(sink.keys).toEqual(['Service default/b']));
  });
});

describe('exchanged links', () => {
  it('follows the swap of a mounted ConfigMap in one change', async () => {
    using folder = new ManifestFolder({ '..1/web.yaml': service('web', 1), '..2/web.yaml': service('web', 2) });
    symlinkSync('..1', folder.at('..data'));
    symlinkSync('..data/web.yaml', folder.at('web.yaml'));
    const sink = await startSynced(folder.path);
    symlinkSync('..2', folder.at('..data_tmp'));
    renameSync(folder.at('..data_tmp'), folder.at('..data'));
    rmSync(folder.at('..1'), { recursive: true });
    await eventually(() => expect(sink.objects.get('Service default/web')).toMatchObject({ spec: { ports: [{ port: 2 }] } }));
    expect([sink.changes.length, sink.reports]).toEqual([2, []]);
  });

  it('follows the directory when it is a link itself', async () => {
    using folder = new ManifestFolder({ 'v1/a.yaml': service('a'), 'v2/b.yaml': service('b') });
    symlinkSync('v1', folder.at('current'));
    const sink = await startSynced(folder.at('current'));
    symlinkSync('v2', folder.at('next'));
    renameSync(folder.at('next'), folder.at('current'));
    await eventually(() => expect(sink.keys).toEqual(['Service default/b']));
    folder.write('v2/c.yaml', service('c'));
    await eventually(() => expect(sink.keys).toHaveLength(2));
  });
});
