import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtIn, sharedLuaFolder } from '@sluice/core';
import type { Endpoint, Upstream } from '@sluice/core';
import { EndpointWish, pickerFor } from '@sluice/dataplane-node';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { root } from './linked-packages.ts';
import { machineProxy, needing } from './proxy-programs.ts';
import { TemporaryFolder } from './temporary-folder.ts';
import { until } from './until.ts';

const program = machineProxy('nginx');
const { skip, title } = needing(program, 'the same endpoint');

const lua = [fileURLToPath(sharedLuaFolder), join(root, 'packages', 'renderer-nginx', 'src', 'lua')];

/** Chance is always the same in Lua; so it is in this process. */
const configuration = `
load_module /usr/lib/nginx/modules/ndk_http_module.so; load_module /usr/lib/nginx/modules/ngx_http_lua_module.so;
daemon off; pid nginx.pid; error_log error.log; events { }
http {
  access_log off; client_body_temp_path temp/b; proxy_temp_path temp/p; fastcgi_temp_path temp/f; uwsgi_temp_path temp/u; scgi_temp_path temp/s;
  lua_package_path "${lua.map((folder) => `${join(folder, '?.lua')};`).join('')};"; lua_shared_dict sluice_live 1m; lua_shared_dict sluice_workers 1m;
  init_by_lua_block { math.random = function() return 0 end; require("sluice.init") }
  server { listen unix:pick.sock; client_body_buffer_size 1m; location / { content_by_lua_file ${join(root, 'e2e', 'nginx', 'pick.lua')}; } }
}`;

interface Asked {
  readonly way: 'sticky' | 'hash' | 'ewma' | 'round-robin';
  readonly mode: 'balanced' | 'persistent';
  readonly change: boolean;
  readonly subset: number | undefined;
  readonly service: string;
  readonly endpoints: readonly Endpoint[];
  readonly wishes: readonly Wish[];
}

interface Wish {
  readonly key: string | undefined;
  readonly tried: readonly number[];
}

const endpoint = fc.oneof(
  fc.ipV4().map((address) => ({ kind: 'address', address }) as const),
  fc.ipV6().map((address) => ({ kind: 'address', address }) as const),
  fc.domain().map((name) => ({ kind: 'name', name }) as const),
);

const asked: fc.Arbitrary<Asked> = fc.record({
  way: fc.constantFrom('sticky', 'hash', 'ewma', 'round-robin'),
  mode: fc.constantFrom('balanced', 'persistent'),
  change: fc.boolean(),
  subset: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
  service: fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/),
  endpoints: fc
    .array(fc.tuple(endpoint, fc.integer({ min: 1, max: 65_535 })), { minLength: 1, maxLength: 40 })
    .map((all) => all.map(([one, port]): Endpoint => ({ ...one, port, from: builtIn })))
    .map((all) => [...new Map(all.map((one) => [hostOf(one), one])).values()]),
  wishes: fc.array(
    fc.record({
      key: fc.option(
        fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
        { nil: undefined },
      ),
      tried: fc.array(fc.nat(39), { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 12 },
  ),
});

function hostOf({ port, ...one }: Endpoint): string {
  const host = one.kind === 'name' ? one.name : one.address;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

describe.skipIf(skip)(title, () => {
  const folder = new TemporaryFolder();
  let nginx: ChildProcess;

  beforeAll(async () => {
    mkdirSync(folder.at('temp'));
    folder.write('nginx.conf', configuration);
    nginx = spawn('binary' in program ? program.binary : 'nginx', ['-p', './', '-c', 'nginx.conf'], { cwd: folder.path, stdio: 'ignore' });
    await until('nginx to answer', () => ask('round-robin balanced 0 - x a:1\n- '));
  });
  beforeEach(() => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
  });
  afterAll(async () => {
    const ended = new Promise((resolve) => nginx.once('exit', resolve));
    nginx.kill('SIGTERM');
    await ended;
    folder.remove();
  });

  function ask(body: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const sent = request({ socketPath: folder.at('pick.sock'), method: 'POST', agent: false }, (answer) => {
        let text = '';
        answer.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
        answer.once('end', () => (answer.statusCode === 200 ? resolve(text) : reject(new Error(text))));
      });
      sent.once('error', reject);
      sent.end(body);
    });
  }

  /** What Lua picks for each wish. */
  async function inLua({ way, mode, change, subset, service, endpoints, wishes }: Asked): Promise<readonly [number, string][]> {
    const head = [way, mode, change ? 1 : 0, subset ?? '-', service, endpoints.map(hostOf).join()].join(' ');
    const lines = wishes.map(({ key, tried }) => `${key === undefined ? '-' : Buffer.from(key, 'latin1').toString('hex')} ${tried.join()}`);
    const answer = await ask([head, ...lines].join('\n'));
    return answer
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' '))
      .map(([position, cookie = '']) => [Number(position), cookie]);
  }

  test('is picked by Lua as by the native data plane', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(asked, async (drawn) => {
        const wishes = drawn.wishes.map(({ key, tried }) => ({
          key,
          tried: tried.filter((position) => position < drawn.endpoints.length),
        }));
        const one = { ...drawn, wishes };
        const picker = pickerFor(upstreamOf(one), { next: 0, scores: new Map() });
        for (const [index] of one.endpoints.entries()) picker.done?.(index, ((index * 7 + 3) % 11) * 1000);
        const picked = await inLua(one);
        for (const [index, { key, tried }] of wishes.entries()) {
          const [position, cookie] = picked[index] ?? [-1, ''];
          const wish = Object.assign(new EndpointWish(), { key: key ?? '', cookie: key, tried: [...tried] });
          const expected = picker.pick(wish);
          if (one.way === 'sticky' && one.mode === 'balanced' && cookie !== '-') {
            // The keys that are drawn tell the time: the one that Lua gave must lead to the same endpoint.
            expect(wish.newCookie).toBeDefined();
            expect(picker.pick(Object.assign(new EndpointWish(), { cookie }))).toBe(position);
          } else {
            expect([position, cookie]).toEqual([expected, wish.newCookie ?? '-']);
          }
        }
      }),
      { seed: 20_261, numRuns: 400 },
    );
  });

  test('spreads over a thousand endpoints', async () => {
    const endpoints = Array.from({ length: 1000 }, (_, index): Endpoint => {
      return { kind: 'address', address: `10.0.${index >> 8}.${index & 255}`, port: 80, from: builtIn };
    });
    const wishes = Array.from({ length: 200 }, (_, index) => ({ key: `key ${index}`, tried: [] }));
    const one: Asked = { way: 'hash', mode: 'balanced', change: false, subset: undefined, service: 'web', endpoints, wishes };
    const picker = pickerFor(upstreamOf(one), { next: 0, scores: new Map() });
    const expected = wishes.map(({ key }) => picker.pick(Object.assign(new EndpointWish(), { key })));
    expect((await inLua(one)).map(([position]) => position)).toEqual(expected);
  });
});

function upstreamOf({ way, mode, change, subset, service, endpoints }: Asked): Upstream {
  const cookie = { name: 'route', conditionalSameSiteNone: false, secure: false };
  return {
    id: `shop/${service}:80`,
    namespace: 'shop',
    service,
    port: '80',
    endpoints,
    from: builtIn,
    ...(way === 'sticky' && { affinity: { mode, cookie, changeOnFailure: change, key: 'a'.repeat(32), from: builtIn } }),
    ...(way === 'ewma' && { balancing: { kind: 'ewma', from: builtIn } }),
    ...(way === 'hash' && { balancing: { kind: 'hash', key: [], ...(subset !== undefined && { subsetSize: subset }), from: builtIn } }),
  };
}
