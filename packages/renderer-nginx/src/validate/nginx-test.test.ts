import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { KeyMaterial } from '@sluice/core';
import { ProcessBench, hostChunk, ingress, never, testChunk, testedNginx } from '../testing/process-bench.ts';
import { prepareFolder } from '../apply/nginx-folder.ts';
import type { Chunk, NginxTable } from '../render/nginx-table.ts';
import { testConfiguration } from './nginx-test.ts';

let bench: ProcessBench;
let count: string;
let program: string;
beforeEach(() => {
  bench = new ProcessBench();
  prepareFolder(bench.folder, undefined);
  [count, program] = [join(bench.data, 'count'), join(bench.data, 'counting-nginx')];
  writeFileSync(count, '');
  writeFileSync(program, `#!/bin/sh\necho . >> ${count}\nexec ${testedNginx?.path} "$@"\n`, { mode: 0o755 });
});
afterEach(() => bench.close());

function validate(hosts: readonly Chunk[], change: Partial<NginxTable> = {}, timeoutMs = 20_000) {
  const { chunks, files } = bench.side().table(hosts, change);
  return testConfiguration({ binary: program, folder: bench.folder, timeoutMs }, { chunks, files }, never);
}

function tests(): number {
  return readFileSync(count, 'utf8').length / 2;
}

const good = Array.from({ length: 200 }, (_, index) => hostChunk(`good-${index}.test`));
const bad = (name: string, directive = 'nonsense on;') => hostChunk(name, directive);

describe.skipIf(testedNginx === undefined)('nginx -t (needs nginx)', () => {
  test('accepts what is fine, binds nothing and leaves nothing behind', async () => {
    expect(await validate(good.slice(0, 3))).toEqual({ kind: 'accepted' });
    expect(readdirSync(bench.folder.scratch)).toEqual([]);
    expect(readdirSync(bench.folder.run)).not.toContain('control.sock');
  });

  test('finds the culprit among 200 good ones, with the words of nginx and no path of ours', async () => {
    const result = await validate([...good.slice(0, 120), bad('bad.test'), ...good.slice(120)]);
    expect(result).toEqual({
      kind: 'refused',
      message: 'unknown directive "nonsense"',
      culprits: [{ from: ingress('bad.test'), message: 'unknown directive "nonsense"' }],
    });
    expect(tests()).toBe(2);
  });

  test('finds many in one go', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `bad-${index}.test`);
    const result = await validate(good.flatMap((chunk, index) => (index % 10 === 0 ? [bad(names[index / 10] ?? ''), chunk] : [chunk])));
    expect(result.kind === 'refused' && result.culprits.map(({ from }) => from.object.name)).toEqual(names);
    expect(tests()).toBe(21);
  });

  test('an object that spoils many hosts is named once', async () => {
    const spoiled = Array.from({ length: 30 }, (_, index) => {
      const chunk = bad(`many-${index}.test`);
      return { ...chunk, origins: chunk.origins.map(() => ingress('many')) };
    });
    const result = await validate([...spoiled, bad('other.test')]);
    expect(result.kind === 'refused' && result.culprits.map(({ from }) => from.object.name)).toEqual(['many', 'other.test']);
  });

  test('bisects when nginx names no line', async () => {
    const zone = testChunk('host zone.test', 'limit_req_zone $remote_addr zone=z:10m rate=1r/s;\n', ingress('zone'));
    const user = bad('late.test', 'limit_req zone=missing burst=5;');
    const result = await validate([...good.slice(0, 60), zone, user, ...good.slice(60)]);
    expect(result).toMatchObject({
      kind: 'refused',
      culprits: [{ from: ingress('late.test'), message: expect.stringContaining('zero size shared memory zone') }],
    });
    expect(tests()).toBeLessThan(15);
  });

  /** The default server: no configuration is one without it. */
  function everybody(...locations: readonly (readonly [name: string, directive: string])[]): Chunk {
    const lines = locations.flatMap(([name, directive]) =>
      [`  location /${name} {`, `    ${directive}`, '  }'].map((line) => [line, name] as const),
    );
    const all = [['server {', 'first'], ['  listen 127.0.0.1:__PORT__;', 'first'], ...lines, ['}', 'first']] as const;
    const chunk = testChunk('host *', all.map(([line]) => `${line}\n`).join(''), ingress('first'));
    return { ...chunk, optional: false, origins: all.map(([, name]) => ingress(name)) };
  }
  const UNSAID = 'limit_req zone=missing burst=5;';

  test('finds many that are part of what cannot be left out', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `bad-${index}`);
    const result = await validate([
      everybody(['first', 'return 200;'], ...names.map((name) => [name, 'nonsense;'] as const)),
      ...good.slice(0, 3),
    ]);
    expect(result.kind === 'refused' && result.culprits.map(({ from }) => from.object.name)).toEqual(names);
  });

  test.each([false, true])('finds the object in a server when nginx names no line; the server can be left out: %j', async (optional) => {
    const server = everybody(['first', 'return 200;'], ['second', 'return 200;'], ['third', UNSAID], ['fourth', 'return 200;']);
    const result = await validate([{ ...server, optional }, ...good.slice(0, 3)]);
    expect(result.kind === 'refused' && result.culprits.map(({ from }) => from.object.name)).toEqual(['third']);
  });

  test.each(['nonsense;', UNSAID])('blames all hosts that share a server with %s', async (directive) => {
    const frame = (label: string, text: string): Chunk => testChunk(label, text);
    const names = ['one', 'two'].map((name) => testChunk(`host ${name}`, `  server_name ${name}.test;\n`, ingress(name)));
    const chunks = [
      frame('listeners', 'server {\n  listen 127.0.0.1:__PORT__;\n'),
      ...names,
      frame('locations', `  location / {\n    ${directive}\n  }\n}\n`),
    ];
    const result = await validate([...good.slice(0, 3), ...chunks.map((chunk) => ({ ...chunk, group: 'a' }))]);
    expect(result.kind === 'refused' && result.culprits.map(({ from }) => from.object.name)).toEqual(['one', 'two']);
  });

  test('names the object of a file that nginx cannot use, and nothing of what is in it', async () => {
    const files = [
      { path: 'certificates/abc', content: 'garbage', readers: 'master' as const, from: ingress('secret') },
      { path: 'certificates/key', content: new KeyMaterial('very secret'), readers: 'master' as const, from: ingress('secret') },
    ];
    const pair = 'ssl_certificate current/certificates/abc; ssl_certificate_key current/certificates/key;';
    const secure = { ...hostChunk('tls.test', pair) };
    const server = { ...secure, text: secure.text.replace('__PORT__;', '__PORT__ ssl;') };
    const result = await validate([...good, server], { files });
    expect(result).toMatchObject({
      kind: 'refused',
      culprits: [{ from: { object: { name: 'secret' } }, message: expect.stringMatching(/^cannot load certificate: PEM_read_bio/) }],
    });
    expect(JSON.stringify(result)).not.toMatch(/current|very secret|sluice-nginx/);
  });

  test('blames nobody for what cannot be left out', async () => {
    const result = await validate(good, { chunks: [testChunk('settings', 'nonsense;\n'), ...good] });
    expect(result).toEqual({ kind: 'refused', message: 'unknown directive "nonsense"', culprits: [] });
  });

  test('names the object of settings that cannot be left out', async () => {
    const settings = { ...testChunk('settings', 'nonsense;\n', ingress('settings')), optional: false };
    expect(await validate(good, { chunks: [settings, ...good] })).toMatchObject({ culprits: [{ from: ingress('settings') }] });
    expect(tests()).toBe(1);
  });

  test('a hanging nginx is given up, and found out by leaving out', async () => {
    writeFileSync(program, `#!/bin/sh\ngrep -q hangs nginx.conf && exec sleep 60\nexec ${testedNginx?.path} "$@"\n`, { mode: 0o755 });
    const result = await validate([...good.slice(0, 3), bad('hangs.test', ''), ...good.slice(3, 6)], {}, 2000);
    expect(result).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('did not read'),
      culprits: [{ from: ingress('hangs.test') }],
    });
  });

  test('blames nobody when nginx hangs on everything', async () => {
    writeFileSync(program, '#!/bin/sh\nexec sleep 60\n', { mode: 0o755 });
    expect(await validate(good.slice(0, 5), {}, 300)).toMatchObject({ kind: 'refused', culprits: [] });
  });

  test('ends with its signal', async () => {
    writeFileSync(program, '#!/bin/sh\nexec sleep 60\n', { mode: 0o755 });
    const aborter = new AbortController();
    const { chunks, files } = bench.side().table(good.slice(0, 5));
    const tested = testConfiguration({ binary: program, folder: bench.folder, timeoutMs: 60_000 }, { chunks, files }, aborter.signal);
    setTimeout(() => aborter.abort(), 50);
    await expect(tested).rejects.toMatchObject({ name: 'AbortError' });
    expect(readdirSync(bench.folder.scratch)).toEqual([]);
  });

  test('works where nothing was ever started', async () => {
    const elsewhere = new ProcessBench();
    const secure = 'server {\n  listen 127.0.0.1:1 ssl;\n  ssl_certificate default/tls.crt;\n  ssl_certificate_key default/tls.key;\n}\n';
    const tested = elsewhere.side().table([testChunk('secure', secure)]);
    const result = await testConfiguration({ binary: program, folder: elsewhere.folder, timeoutMs: 20_000 }, tested, never);
    expect(result).toEqual({ kind: 'accepted' });
    expect(readdirSync(elsewhere.data)).toEqual([]);
    await elsewhere.close();
  });
});
