import { renameSync, symlinkSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ManifestFolder, service } from '../testing/manifest-folder.ts';
import type { RecordingSink } from '../testing/recording-sink.ts';
import { startWatcher, stopWatchers } from '../testing/running-watcher.ts';

const eventually = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 15_000, interval: 10 });

afterEach(stopWatchers);

async function startSynced(path: string): Promise<RecordingSink> {
  const sink = startWatcher(path);
  await eventually(() => expect(sink.syncedCalls).toBe(1));
  return sink;
}

describe('a directory watcher in trouble', () => {
  it('keeps the objects of a file that no longer parses until it is repaired', async () => {
    using folder = new ManifestFolder({ 'sub/a.yaml': service('a'), 'b.yaml': service('b') });
    const sink = await startSynced(folder.path);
    folder.write('sub/a.yaml', 'kind: Service\nspec: [hunter2');
    await eventually(() =>
      expect(sink.diagnostics).toMatchObject([{ code: 'SLU1001', object: { kind: 'File', namespace: '', name: 'sub/a.yaml' } }]),
    );
    expect(sink.diagnostics[0]?.message).toMatch(/^sub\/a\.yaml, line 2, column \d+: /);
    expect(sink.keys).toEqual(['Service default/a', 'Service default/b']);
    folder.write('sub/a.yaml', service('c'));
    await eventually(() => expect(sink.keys).toEqual(['Service default/b', 'Service default/c']));
    expect([sink.diagnostics, JSON.stringify(sink.reports).includes('hunter2')]).toEqual([[], false]);
  });

  it('forgets trouble when the old text comes back or the file goes', async () => {
    using folder = new ManifestFolder({ 'a.yaml': service('a'), 'b.yaml': service('b') });
    const sink = await startSynced(folder.path);
    folder.write('a.yaml', 'a: [');
    await eventually(() => expect(sink.codes).toEqual(['SLU1001']));
    folder.write('a.yaml', service('a'));
    await eventually(() => expect(sink.codes).toEqual([]));
    expect(sink.changes).toHaveLength(1);
    folder.write('a.yaml', 'a: [');
    await eventually(() => expect(sink.codes).toEqual(['SLU1001']));
    unlinkSync(folder.at('a.yaml'));
    await eventually(() => expect([sink.codes, sink.keys]).toEqual([[], ['Service default/b']]));
  });

  it('says nothing about a file that is emptied before it is written', async () => {
    using folder = new ManifestFolder({ 'a.yaml': `${service('a')}---\n${service('b')}`, 'c.yaml': service('c') });
    const sink = await startSynced(folder.path);
    writeFileSync(folder.at('a.yaml'), '');
    await delay(250);
    folder.write('a.yaml', `${service('a')}---\n${service('b', 81)}`);
    await eventually(() => expect(sink.objects.get('Service default/b')).toMatchObject({ spec: { ports: [{ port: 81 }] } }));
    expect([sink.reports, sink.changes.length]).toEqual([[], 2]);
  });

  it('takes the objects of a file back that stays empty', async () => {
    using folder = new ManifestFolder({ 'a.yaml': service('a'), 'b.yaml': service('b') });
    const sink = await startSynced(folder.path);
    truncateSync(folder.at('a.yaml'));
    await eventually(() => expect(sink.keys).toEqual(['Service default/b']));
    expect(sink.codes).toEqual([]);
  });

  it('reports a document that is no object and keeps the others', async () => {
    using folder = new ManifestFolder({ 'a.yaml': `${service('a')}---\njust text\n` });
    const sink = await startSynced(folder.path);
    expect(sink.diagnostics).toMatchObject([
      { code: 'SLU1001', message: 'a.yaml, document 2: it holds a string where a Kubernetes object is expected' },
    ]);
    expect(sink.keys).toEqual(['Service default/a']);
  });

  it('keeps the objects of a file that can no longer be read', async () => {
    using folder = new ManifestFolder({ 'a.yaml': service('a') });
    const sink = await startSynced(folder.path);
    unlinkSync(folder.at('a.yaml'));
    symlinkSync('nowhere', folder.at('a.yaml'));
    await eventually(() => expect(sink.codes).toEqual(['SLU1006']));
    expect(sink.keys).toEqual(['Service default/a']);
    unlinkSync(folder.at('a.yaml'));
    folder.write('a.yaml', service('a'));
    await eventually(() => expect(sink.codes).toEqual([]));
    expect(sink.changes).toHaveLength(1);
  });

  it('falls back to the second definition when the first goes', async () => {
    using folder = new ManifestFolder({ 'a.yaml': service('web', 1), 'b.yaml': service('web', 2) });
    const sink = await startSynced(folder.path);
    expect(sink.diagnostics).toMatchObject([
      {
        code: 'SLU1003',
        object: { kind: 'Service', name: 'web' },
        message: 'it is defined in a.yaml and again in b.yaml; the one in a.yaml is used',
      },
    ]);
    unlinkSync(folder.at('a.yaml'));
    await eventually(() => expect(sink.objects.get('Service default/web')).toMatchObject({ spec: { ports: [{ port: 2 }] } }));
    expect([sink.codes, sink.changes.flat().map(({ kind }) => kind)]).toEqual([[], ['put', 'put']]);
  });

  it('keeps everything while the directory is gone and goes on when it is back', async () => {
    using folder = new ManifestFolder({ 'a.yaml': service('a'), 'sub/b.yaml': service('b') });
    const sink = await startSynced(folder.path);
    const away = `${folder.path}-away`;
    renameSync(folder.path, away);
    await eventually(() =>
      expect(sink.diagnostics).toMatchObject([
        { code: 'SLU1005', object: { kind: 'Directory', name: folder.path }, message: 'it does not exist' },
      ]),
    );
    expect(sink.keys).toHaveLength(2);
    writeFileSync(join(away, 'a.yaml'), service('a', 81));
    renameSync(away, folder.path);
    await eventually(() => expect(sink.objects.get('Service default/a')).toMatchObject({ spec: { ports: [{ port: 81 }] } }));
    folder.write('sub/c.yaml', service('c'));
    await eventually(() => expect(sink.keys).toHaveLength(3));
    expect([sink.codes, sink.syncedCalls]).toEqual([[], 1]);
    expect(sink.changes.flat().filter(({ kind }) => kind === 'delete')).toEqual([]);
  });
});
