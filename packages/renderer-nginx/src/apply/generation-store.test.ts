import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KeyMaterial } from '@sluice/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { WorkerUser } from '@sluice/core';
import type { GeneratedFile, NginxTable } from '../render/nginx-table.ts';
import { testChunk } from '../testing/process-bench.ts';
import { GenerationStore } from './generation-store.ts';
import { nginxFolder, prepareFolder } from './nginx-folder.ts';

let data: string;
beforeEach(() => void (data = mkdtempSync(join(tmpdir(), 'sluice-store-test-'))));
afterEach(() => rmSync(data, { recursive: true, force: true }));

function storeIn(folder: string, options: { readonly user?: WorkerUser; readonly lua?: string } = {}): GenerationStore {
  const nginx = nginxFolder(folder);
  prepareFolder(nginx, options.user);
  const files: GeneratedFile[] =
    options.lua === undefined ? [] : [{ path: 'lua/sluice/init.lua', content: options.lua, readers: 'workers' }];
  return new GenerationStore({
    folder: nginx,
    user: options.user,
    lua: { files, digest: options.lua ?? '' },
    addresses: 'here',
    environment: 'test',
  });
}

function table(text: string, files: readonly GeneratedFile[] = [], live = false): NginxTable {
  return {
    chunks: [testChunk('all', text)],
    files,
    digest: `${text}${JSON.stringify(files)}`,
    live: live ? { digest: '', upstreams: new Map(), certificates: new Map(), names: new Map() } : undefined,
  };
}

function read(path: string): string {
  return readFileSync(join(data, 'nginx', path), 'utf8');
}

describe('a generation', () => {
  test('is complete before anybody sees it, and stays what it is', async () => {
    const store = storeIn(data);
    const id = await store.write(table('one\n', [{ path: 'plans', content: 'caf\xe9', binary: true, readers: 'master' }]));
    expect(store.currentId()).toBeUndefined();
    await store.switchTo(id);
    expect(read('nginx.conf')).toBe('one\n');
    expect(readFileSync(join(data, 'nginx/current/plans'))).toEqual(Buffer.from([0x63, 0x61, 0x66, 0xe9]));
    const written = statSync(join(data, 'nginx/current/nginx.conf')).mtimeMs;
    expect(await store.write(table('one\n', [{ path: 'plans', content: 'caf\xe9', binary: true, readers: 'master' }]))).toBe(id);
    expect(statSync(join(data, 'nginx/current/nginx.conf')).mtimeMs).toBe(written);
    expect(store.manifest(id)).toMatchObject({ addresses: 'here', files: [{ path: 'plans', readers: 'master' }] });
  });

  test('shares files that have not changed with the one before', async () => {
    const store = storeIn(data);
    const file: GeneratedFile = { path: 'passwords/1', content: 'same', readers: 'workers' };
    await store.switchTo(await store.write(table('one', [file])));
    const inode = statSync(join(data, 'nginx/current/passwords/1')).ino;
    await store.switchTo(await store.write(table('two', [file])));
    expect(statSync(join(data, 'nginx/current/passwords/1')).ino).toBe(inode);
    await store.switchTo(await store.write(table('three', [{ ...file, content: 'other' }])));
    expect(read('current/passwords/1')).toBe('other');
  });

  test('has secrets that only the master reads, and files that workers read', async () => {
    const store = storeIn(data);
    const files: GeneratedFile[] = [
      { path: 'keys/1', content: new KeyMaterial('secret'), readers: 'master' },
      { path: 'passwords/1', content: 'hashes', readers: 'workers' },
    ];
    await store.switchTo(await store.write(table('one', files)));
    const mode = (path: string) => statSync(join(data, 'nginx', path)).mode & 0o777;
    expect([mode('current/keys/1'), mode('current/passwords/1'), mode('current/nginx.conf')]).toEqual([0o600, 0o640, 0o600]);
    expect([mode('run'), mode('default'), mode('generations'), mode('.')]).toEqual([0o700, 0o700, 0o700, 0o700]);
    expect(read('current/keys/1')).toBe('secret');
  });

  test('belongs to the group of workers where they are another user', async () => {
    const [own, gid] = [process.getuid?.() ?? 0, process.getuid?.() === 0 ? 65534 : (process.getgid?.() ?? 0)];
    const store = storeIn(data, { user: { name: 'nobody', group: 'nogroup', uid: 65534, gid } });
    await store.switchTo(await store.write(table('one', [{ path: 'passwords/1', content: '', readers: 'workers' }])));
    const of = (path: string) => {
      const { mode, uid, gid } = statSync(join(data, 'nginx', path));
      return [mode & 0o777, uid, gid];
    };
    expect(of('current/passwords/1')).toEqual([0o640, own, gid]);
    expect(of('current/nginx.conf').slice(0, 2)).toEqual([0o600, own]);
    for (const path of ['.', 'generations', 'current/.', 'current/passwords']) expect(of(path)).toEqual([0o710, own, gid]);
  });

  test('with other Lua is another one; without Lua its files do not matter', async () => {
    const [old, now] = [storeIn(data, { lua: 'return 1' }), storeIn(data, { lua: 'return 2' })];
    expect(old.idOf(table('one', [], true))).not.toBe(now.idOf(table('one', [], true)));
    expect(old.idOf(table('one'))).toBe(now.idOf(table('one')));
    await now.switchTo(await now.write(table('one', [], true)));
    expect(read('current/lua/sluice/init.lua')).toBe('return 2');
  });

  test('cannot write outside of its folder', async () => {
    await expect(storeIn(data).write(table('one', [{ path: '../../escaped', content: '', readers: 'master' }]))).rejects.toMatchObject({
      code: 'SLU3004',
    });
  });
});

describe('an end in the middle', () => {
  test('of writing leaves the last good one, and what is half made goes at the next start', async () => {
    const store = storeIn(data);
    await store.switchTo(await store.write(table('good')));
    const { generations, scratch, root } = nginxFolder(data);
    mkdirSync(join(generations, '.tmp-half'));
    mkdirSync(join(scratch, '999999999-0'));
    mkdirSync(join(scratch, `${process.pid}-0`));
    writeFileSync(join(root, '.tmp-current-1-1'), '');
    expect(read('nginx.conf')).toBe('good');
    storeIn(data).clean();
    expect(readdirSync(generations)).toEqual([store.currentId()]);
    expect(readdirSync(scratch)).toEqual([`${process.pid}-0`]);
    expect(readdirSync(root)).not.toContain('.tmp-current-1-1');
  });

  test('that left a folder without its manifest does not count as complete', async () => {
    const store = storeIn(data);
    const id = store.idOf(table('one'));
    mkdirSync(join(nginxFolder(data).generations, id));
    await expect(store.switchTo(id)).rejects.toMatchObject({ code: 'SLU3004', retryable: true });
    await store.switchTo(await store.write(table('one')));
    expect(read('nginx.conf')).toBe('one');
  });
});

/** Makes the folder a file system of some kilobytes, where that may be done. */
function shrink(folder: string): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder]).status === 0;
}

describe('a disk that cannot take a generation', () => {
  let small: boolean;
  beforeEach(() => void (small = shrink(data)));
  afterEach(() => void (small && spawnSync('umount', [data])));

  test('is told, leaves nothing behind, and the last good one serves', async () => {
    const store = storeIn(data);
    await store.switchTo(await store.write(table('good')));
    // Without the right to mount, a name that is both a file and a folder fails as late.
    const large = small ? 'x'.repeat(1024 * 1024) : '';
    const files: GeneratedFile[] = ['a', 'a/b'].map((path) => ({
      path: small ? path.replace('/', '-') : path,
      content: large,
      readers: 'master',
    }));
    const error: unknown = await store.write(table('bad', files)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'SLU3004', retryable: true, message: expect.stringContaining(small ? 'ENOSPC' : 'EEXIST') });
    expect(read('nginx.conf')).toBe('good');
    expect(readdirSync(nginxFolder(data).generations)).toHaveLength(1);
    await store.switchTo(await store.write(table('next')));
    expect(read('nginx.conf')).toBe('next');
  });
});

test('only generations that are named and the current one are kept', async () => {
  const store = storeIn(data);
  const ids: string[] = [];
  for (const text of ['1', '2', '3', '4']) ids.push(await store.write(table(text)));
  await store.switchTo(ids[3] ?? '');
  await store.keepOnly(new Set([ids[1] ?? '']));
  expect(new Set(readdirSync(nginxFolder(data).generations))).toEqual(new Set([ids[1], ids[3]]));
});
