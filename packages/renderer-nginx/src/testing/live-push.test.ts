import { readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { bencode, silentLogger } from '@sluice/core';
import { LiveChannel } from '../apply/live-channel.ts';
import { TestEndpoint, table, upstream } from './live-model.ts';
import { hasLua, LiveServer } from './live-server.ts';
import type { LiveServerSettings } from './live-server.ts';

const http = `
  location / { set $sluice_upstream $arg_to; proxy_pass http://sluice; }
  location /plain { return 200 plain; }`;

const push = (body: object): Buffer => Buffer.from(bencode(body as Parameters<typeof bencode>[0]), 'latin1');

describe.skipIf(!hasLua)('shared memory of nginx', () => {
  let server: LiveServer;
  let a: TestEndpoint;
  let b: TestEndpoint;
  let channel: LiveChannel;

  beforeAll(async () => {
    a = await TestEndpoint.listen('a');
    b = await TestEndpoint.listen('b');
  });
  afterAll(async () => {
    await a[Symbol.asyncDispose]();
    await b[Symbol.asyncDispose]();
  });
  afterEach(async () => {
    await channel.close();
    await server[Symbol.asyncDispose]();
  });

  const open = (): LiveChannel => new LiveChannel({ socket: server.socket, stateFile: server.stateFile, logger: silentLogger });

  async function begin(settings: LiveServerSettings = {}): Promise<void> {
    server = await LiveServer.start({ http, ...settings });
    channel = open();
  }

  const to = async (name: string): Promise<string> => {
    const { status, body } = await server.get(`/?to=shop/${name}:80`);
    return status === 200 ? body : String(status);
  };
  const version = async (): Promise<{ version: number; digest: string }> =>
    JSON.parse((await server.control('GET', '/live')).body) as never;

  test('tables are pushed, whole and in part', async () => {
    await begin({ workers: 2 });
    expect(await version()).toEqual({ version: 0, digest: '' });
    expect(await to('web')).toBe('503');
    const first = table([upstream('web', [a.address]), upstream('other', [b.address])]);
    await channel.sync(first);
    expect([await to('web'), await to('other'), await to('none')]).toEqual(['a', 'b', '503']);
    const before = await version();
    expect(before.digest).toBe(first.digest);

    const second = table([upstream('web', [b.address]), upstream('new', [a.address])]);
    await channel.sync(second);
    expect([await to('web'), await to('other'), await to('new')]).toEqual(['b', '503', 'a']);
    const after = await version();
    expect(after.version).toBeGreaterThan(before.version);

    await channel.sync(second);
    expect(await version()).toEqual(after);
    expect((await server.get('/plain')).body).toBe('plain');
    expect(server.complaints).toEqual([]);
  });

  test('what another table still needs is kept until it is not', async () => {
    await begin();
    const [before, after] = [table([upstream('old', [a.address]), upstream('web', [a.address])]), table([upstream('web', [b.address])])];
    await channel.sync(before);
    await channel.sync(after, before);
    expect([await to('old'), await to('web')]).toEqual(['a', 'b']);
    await channel.sync(after);
    expect([await to('old'), await to('web')]).toEqual(['503', 'b']);
  });

  test('a push that is old or builds on something else is refused and changes nothing', async () => {
    await begin();
    await channel.sync(table([upstream('web', [a.address])]));
    const state = await version();
    const set = { 'u/shop/web:80': bencode({ id: 'shop/web:80', endpoints: [b.address] }) };
    for (const [body, status] of [
      [push({ version: state.version, digest: 'd', set }), 409],
      [push({ version: state.version - 1, digest: 'd', set }), 409],
      [push({ version: state.version + 2, base: state.version - 1, digest: 'd', set, del: [] }), 409],
      [push({ version: state.version + 2, digest: 'd' }), 400],
      [Buffer.from('d7:version'), 400],
      [Buffer.from('99999999999:x'), 400],
      [Buffer.from('l'.repeat(10_000)), 400],
      [Buffer.from(''), 400],
    ] as const)
      expect((await server.control('POST', '/live', body)).status).toBe(status);
    expect(await version()).toEqual(state);
    expect(await to('web')).toBe('a');
  });

  test('a delta that nginx refuses is followed by everything', async () => {
    await begin();
    await channel.sync(table([upstream('web', [a.address])]));
    const { version: known } = await version();
    const foreign = push({ version: known + 5, digest: 'foreign', set: {} });
    expect((await server.control('POST', '/live', foreign)).status).toBe(200);
    expect(await to('web')).toBe('503');
    await channel.sync(table([upstream('web', [a.address]), upstream('x', [b.address])]));
    expect([await to('web'), await to('x')]).toEqual(['a', 'b']);
  });

  test('nginx that starts again has the newest table, without anybody who pushes it', async () => {
    await begin();
    await channel.sync(table([upstream('web', [a.address]), upstream('gone', [a.address])]));
    await channel.sync(table([upstream('web', [b.address])]));
    const state = await version();
    expect(statSync(server.stateFile).mode & 0o777).toBe(0o600);
    await server.stop();
    await server.run('again');
    expect(await version()).toEqual(state);
    expect([await to('web'), await to('gone')]).toEqual(['b', '503']);
    await channel.sync(table([upstream('web', [b.address])]));
    expect(await version()).toEqual(state);
    await channel.sync(table([upstream('web', [a.address])]));
    expect(await to('web')).toBe('a');
  });

  test('a state file that ends in the middle counts as far as it goes', async () => {
    await begin();
    await channel.prepare(table([upstream('web', [a.address])]));
    const live = await readFile(server.stateFile);
    await channel.close();
    await server[Symbol.asyncDispose]();
    await begin({ live: Buffer.concat([live, Buffer.from('d4:basei1e3:del')]) });
    expect(await to('web')).toBe('a');
    expect(server.log).toContain('the state file ends in the middle');
  });

  test('what is prepared before nginx starts is not pushed again', async () => {
    await begin();
    await server.stop();
    const prepared = table([upstream('web', [a.address])]);
    await channel.prepare(prepared);
    await server.run('prepared');
    const state = await version();
    expect(await to('web')).toBe('a');
    await channel.sync(prepared);
    expect(await version()).toEqual(state);
  });

  test('a reload keeps the table, and a new controller brings its own', async () => {
    await begin();
    await channel.sync(table([upstream('web', [a.address])]));
    const state = await version();
    await channel.prepare(table([upstream('web', [b.address])]));
    await server.reload('second');
    expect(await version()).toEqual(state);
    expect(await to('web')).toBe('a');
    await channel.close();
    channel = open();
    await channel.sync(table([upstream('web', [b.address])]));
    expect(await to('web')).toBe('b');
  });

  test('a table of some megabytes', { timeout: 60_000 }, async () => {
    await begin();
    const endpoints = Array.from({ length: 60 }, (_, index) => `10.1.${index}.7:8080`);
    const many = Array.from({ length: 5000 }, (_, index) => upstream(`many${index}`, endpoints));
    await channel.sync(table([...many, upstream('web', [a.address])]));
    expect(statSync(server.stateFile).size).toBeGreaterThan(5_000_000);
    expect(await to('web')).toBe('a');
    const size = statSync(server.stateFile).size;
    await channel.sync(table([...many, upstream('web', [b.address])]));
    expect(await to('web')).toBe('b');
    expect(statSync(server.stateFile).size - size).toBeLessThan(500);
    await channel.sync(table([upstream('web', [a.address])]));
    expect(await to('web')).toBe('a');
    expect(await to('many7')).toBe('503');
    // The memory is free again.
    await channel.sync(table([...many, upstream('web', [b.address])]));
    expect(await to('web')).toBe('b');
    expect(server.complaints).toEqual([]);
  });

  test('a table that does not fit leaves everything as it was', async () => {
    await begin({ memory: '1m' });
    const small = [upstream('web', [a.address]), upstream('x', [a.address])];
    await channel.sync(table(small));
    const state = await version();
    const endpoints = Array.from({ length: 100 }, (_, index) => `10.1.${index}.7:8080`);
    const many = Array.from({ length: 2000 }, (_, index) => upstream(`many${index}`, endpoints));
    const large = table([upstream('web', [b.address]), ...many]);
    await expect(channel.sync(large)).rejects.toMatchObject({ code: 'SLU3003', message: expect.stringContaining('nginx.sharedMemory') });
    expect(await version()).toEqual(state);
    expect([await to('web'), await to('x'), await to('many3')]).toEqual(['a', 'a', '503']);
    await channel.sync(table([upstream('web', [b.address]), upstream('x', [a.address])]));
    expect([await to('web'), await to('x')]).toEqual(['b', 'a']);
    // So it is for a controller that knows nothing of what nginx has.
    await channel.close();
    channel = open();
    for (let round = 0; round < 2; round++) await expect(channel.sync(large)).rejects.toMatchObject({ code: 'SLU3003' });
    await server.stop();
    await server.run('again');
    expect([await to('web'), await to('x')]).toEqual(['b', 'a']);
    await channel.sync(table(small));
    expect(readdirSync(server.folder).filter((name) => name.startsWith('live'))).toEqual(['live']);
  });

  test('nobody there is told as such', async () => {
    await begin();
    await server.stop();
    await expect(channel.sync(table([]))).rejects.toMatchObject({ code: 'SLU3005', message: expect.stringContaining(server.socket) });
  });
});
