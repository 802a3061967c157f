import { symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { formatObject, refOf } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { ManifestFolder, service } from '../testing/manifest-folder.ts';
import { MAX_FILE_BYTES } from './file-content.ts';
import { readManifests } from './manifest-reading.ts';

const keysOf = (objects: readonly unknown[]): string[] => objects.map((object) => formatObject(refOf(object)));

describe('readManifests', () => {
  it('reads a tree of files in path order', async () => {
    using folder = new ManifestFolder({
      'b/x.json': '{"apiVersion":"v1","kind":"Service","metadata":{"name":"j"}}',
      'a.yml': service('m'),
      'c.YAML': service('y'),
      'notes.txt': 'x: [',
    });
    const { objects, diagnostics } = await readManifests([folder.path]);
    expect([keysOf(objects), diagnostics]).toEqual([['Service default/m', 'Service default/j', 'Service default/y'], []]);
  });

  it('reads single files whatever they are called, and nothing twice', async () => {
    using folder = new ManifestFolder({ 'one.txt': service('one'), 'sub/two.yaml': service('two') });
    const { objects, diagnostics } = await readManifests([folder.at('one.txt'), folder.at('sub/two.yaml'), `${folder.at('sub')}/`]);
    expect([keysOf(objects), diagnostics]).toEqual([['Service default/one', 'Service default/two'], []]);
  });

  it('skips hidden names and node_modules', async () => {
    using folder = new ManifestFolder({
      '.git/x.yaml': service('a'),
      '.x.yaml': service('b'),
      'node_modules/p/package.json': '{}',
      'ok.yaml': service('ok'),
    });
    expect(keysOf((await readManifests([folder.path])).objects)).toEqual(['Service default/ok']);
  });

  it('names the file, line and column of what does not parse, and reads the others', async () => {
    using folder = new ManifestFolder({ 'bad.yaml': 'password: *hunter2', 'ok.yaml': service('ok') });
    const { objects, diagnostics } = await readManifests([folder.path]);
    expect(keysOf(objects)).toEqual(['Service default/ok']);
    expect(diagnostics).toMatchObject([
      { code: 'SLU1001', severity: 'error', object: { kind: 'File', namespace: '', name: folder.at('bad.yaml') } },
    ]);
    expect(diagnostics[0]?.message).toContain('bad.yaml, line 1, column 12: unidentified alias');
    expect(JSON.stringify(diagnostics)).not.toContain('hunter2');
  });

  it('reports a kind that is not used once', async () => {
    using folder = new ManifestFolder({
      'a.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n',
      'b.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: b}\n',
      'package.json': '{"name":"x"}',
    });
    const { objects, diagnostics } = await readManifests([folder.path]);
    expect(objects).toEqual([]);
    expect(diagnostics.map(({ code, severity, message }) => [code, severity, message.replaceAll(folder.path, '')])).toEqual([
      ['SLU1004', 'info', '1 object without a kind is left out, in /package.json'],
      ['SLU1004', 'info', '2 objects of kind apps/v1 Deployment are left out, the first in /a.yaml'],
    ]);
  });

  it('takes the first of two definitions in path order and names both files', async () => {
    using folder = new ManifestFolder({
      'b.yaml': service('web', 2),
      'a.yaml': `${service('web', 1)}---\n${service('own')}---\n${service('own', 3)}`,
    });
    const { objects, diagnostics } = await readManifests([folder.path]);
    expect(objects).toMatchObject([{ spec: { ports: [{ port: 1 }] } }, { spec: { ports: [{ port: 80 }] } }]);
    expect(diagnostics.map(({ code, object, message }) => [code, object.name, message.replaceAll(`${folder.path}/`, '')])).toEqual([
      ['SLU1003', 'own', 'it is defined in a.yaml document 2 and again in a.yaml document 3; the one in a.yaml document 2 is used'],
      ['SLU1003', 'web', 'it is defined in a.yaml and again in b.yaml; the one in a.yaml is used'],
    ]);
  });

  it('reads a mounted ConfigMap with each object once', async () => {
    using folder = new ManifestFolder({ '..2024_01_01/web.yaml': service('web'), '..2024_01_01/sub/api.yaml': service('api') });
    symlinkSync('..2024_01_01', folder.at('..data'));
    symlinkSync('..data/web.yaml', folder.at('web.yaml'));
    symlinkSync('..data/sub', folder.at('sub'));
    const { objects, diagnostics } = await readManifests([folder.path]);
    expect([keysOf(objects), diagnostics]).toEqual([['Service default/api', 'Service default/web'], []]);
  });

  it('ends on links in a circle', async () => {
    using folder = new ManifestFolder({ 'sub/web.yaml': service('web') });
    symlinkSync('..', folder.at('sub/up'));
    symlinkSync('.', folder.at('sub/here'));
    symlinkSync('loop.yaml', folder.at('loop.yaml'));
    const { objects, diagnostics } = await readManifests([folder.path]);
    expect(keysOf(objects)).toEqual(['Service default/web']);
    expect(diagnostics).toMatchObject([
      { code: 'SLU1006', object: { name: folder.at('loop.yaml') }, message: 'symbolic links lead in a circle' },
    ]);
  });

  it('reports files that cannot be read', async () => {
    using folder = new ManifestFolder({ 'large.yaml': '', 'ok.yaml': service('ok') });
    truncateSync(folder.at('large.yaml'), MAX_FILE_BYTES + 1);
    writeFileSync(folder.at('binary.yaml'), Buffer.from([0xff, 0xfe, 0x00]));
    symlinkSync('nowhere', folder.at('link.yaml'));
    const { objects, diagnostics } = await readManifests([folder.path]);
    expect(keysOf(objects)).toEqual(['Service default/ok']);
    expect(diagnostics.map(({ code, message }) => [code, message])).toEqual([
      ['SLU1006', 'it is not UTF-8 text'],
      ['SLU1006', `it has ${MAX_FILE_BYTES + 1} bytes, more than ${MAX_FILE_BYTES}`],
      ['SLU1006', 'the link leads nowhere'],
    ]);
  });

  it('reports a path that does not exist and reads the others', async () => {
    using folder = new ManifestFolder({ 'ok.yaml': service('ok') });
    const { objects, diagnostics } = await readManifests([folder.at('missing'), folder.path]);
    expect(keysOf(objects)).toEqual(['Service default/ok']);
    expect(diagnostics).toMatchObject([
      { code: 'SLU1005', object: { kind: 'Directory', name: folder.at('missing') }, message: 'it does not exist' },
    ]);
  });
});
