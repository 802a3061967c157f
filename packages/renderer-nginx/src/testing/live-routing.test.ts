import { request } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { silentLogger, builtIn } from '@sluice/core';
import type { CanaryHeaderRule, CookieAffinity, Upstream } from '@sluice/core';
import { LiveChannel } from '../apply/live-channel.ts';
import { TestEndpoint, table, upstream } from './live-model.ts';
import { hasLua, LiveServer, until } from './live-server.ts';
import type { Answer } from './live-server.ts';

/** What `route.lua` tells an upstream that stands in. */
const standIn = ['code', 'format', 'namespace', 'ingress_name', 'service_name', 'service_port']
  .map((name) => `set $sluice_in_x_${name} ""; proxy_set_header X-In-${name} $sluice_in_x_${name};`)
  .concat('set $sluice_page_namespace shop; set $sluice_page_ingress page; set $sluice_again_request_id "";')
  .join(' ');

const http = `
  location / { set $sluice_upstream shop/web:80; set $sluice_stand_in $arg_standin; set $sluice_tries $arg_tries;
    set $sluice_cookie_path /app; ${standIn} proxy_pass http://sluice; proxy_next_upstream error timeout http_500; }
  location /bare { set $sluice_upstream shop/web:80; proxy_pass http://sluice; }
  location /names { set $sluice_upstream shop/web:80; set $sluice_names 1;
    proxy_set_header X-Names "$sluice_service_namespace $sluice_service_name $sluice_service_port"; proxy_pass http://sluice; }
  location /tunnel { set $sluice_upstream shop/web:80; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;
    proxy_pass http://sluice; }
  location = /scores { content_by_lua_block {
    for endpoint in pairs(require("sluice.live").upstream("shop/web:80").memory.scores) do ngx.say(endpoint) end } }
  location /plain { return 200 plain; }`;
const more = 'map "" $sluice_service_namespace { volatile; default ""; } map "" $sluice_service_name { volatile; default ""; }';

const KEYS = { web: 'a'.repeat(32), next: 'b'.repeat(32) };

const affinity = (name: 'web' | 'next', changes: Partial<CookieAffinity> = {}): NonNullable<Upstream['affinity']> => ({
  mode: 'persistent',
  cookie: { name: 'route', conditionalSameSiteNone: false, secure: false },
  changeOnFailure: false,
  from: builtIn,
  key: KEYS[name],
  ...changes,
});

describe.skipIf(!hasLua)('requests to live upstreams of nginx', () => {
  let server: LiveServer;
  let channel: LiveChannel;
  let a: TestEndpoint;
  let b: TestEndpoint;
  let failing: TestEndpoint;
  let closed: string;

  beforeAll(async () => {
    a = await TestEndpoint.listen('a', (request, response) => response.end(String(request.headers['x-names'] ?? 'a')));
    b = await TestEndpoint.listen('b');
    failing = await TestEndpoint.listen('failing', (_, response) => response.writeHead(500).end('failing'));
    const gone = await TestEndpoint.listen('gone');
    closed = gone.address;
    await gone[Symbol.asyncDispose]();
    const servers = http.replace('set $sluice_names 1;', 'set $sluice_names 1; set $sluice_service_port x;');
    server = await LiveServer.start({ http: servers, more });
    channel = new LiveChannel({ socket: server.socket, stateFile: server.stateFile, logger: silentLogger });
  });
  afterAll(async () => {
    await channel.close();
    await server[Symbol.asyncDispose]();
    for (const one of [a, b, failing]) await one[Symbol.asyncDispose]();
  });
  afterEach(() => {
    for (const one of [a, b, failing]) one.asked.length = 0;
  });

  const web = (endpoints: readonly string[], more_: Partial<Upstream> = {}): Upstream => upstream('web', endpoints, more_);
  const bodies = (answers: readonly Answer[]): readonly string[] => answers.map(({ body }) => body);
  const times = async (count: number, ask: () => Promise<Answer>): Promise<readonly Answer[]> => {
    const answers: Answer[] = [];
    for (let index = 0; index < count; index++) answers.push(await ask());
    return answers;
  };
  /** Endpoints of `web` whose response times the worker knows. */
  const scores = async (): Promise<readonly string[]> => (await server.get('/scores')).body.split('\n').filter((line) => line !== '');
  const cookiesOf = ({ headers }: Answer): readonly string[] => headers['set-cookie'] ?? [];

  test('endpoints take turns', async () => {
    await channel.sync(table([web([a.address, b.address])]));
    expect(bodies(await times(4, () => server.get('/'))).join('')).toMatch(/^(?:abab|baba)$/);
    expect((await server.get('/plain')).body).toBe('plain');
  });

  test('no endpoint is 503, and what stands in takes over', async () => {
    await channel.sync(table([web([]), upstream('in', [b.address])]));
    expect((await server.get('/')).status).toBe(503);
    expect((await server.get('/?standin=shop/none:80')).status).toBe(503);
    expect((await server.get('/?standin=shop/in:80')).body).toBe('b');
    await channel.sync(table([web([a.address]), upstream('in', [b.address])]));
    expect((await server.get('/?standin=shop/in:80')).body).toBe('a');
  });

  describe('canaries', () => {
    const rules = (header: CanaryHeaderRule, weight = 0): Upstream[] => [
      web([a.address], {
        canary: {
          upstream: 'shop/next:80',
          header: { name: 'x-canary', rule: header },
          cookie: 'side',
          weight,
          weightTotal: 100,
          from: builtIn,
        },
      }),
      upstream('next', [b.address]),
    ];

    test.each([
      [{ kind: 'words' }, { 'x-canary': 'always' }, 'b'],
      [{ kind: 'words' }, { 'x-canary': 'never', cookie: 'side=always' }, 'a'],
      [{ kind: 'words' }, { 'x-canary': 'other', cookie: 'x=1; side=always' }, 'b'],
      [{ kind: 'words' }, { 'x-canary': ['never', 'always'] }, 'a'],
      [{ kind: 'words' }, { 'x-canary': ['always', 'never'] }, 'b'],
      [{ kind: 'words' }, { cookie: 'side=never' }, 'a'],
      [{ kind: 'words' }, { cookie: 'Side=always' }, 'a'],
      [{ kind: 'value', value: 'de' }, { 'x-canary': 'de' }, 'b'],
      [{ kind: 'value', value: 'de' }, { 'x-canary': 'always' }, 'a'],
      [{ kind: 'pattern', pattern: '^d[eE]$' }, { 'x-canary': 'dE' }, 'b'],
      [{ kind: 'pattern', pattern: '^d[eE]$' }, { 'x-canary': 'des', cookie: 'side=always' }, 'b'],
      [{ kind: 'unusable' }, { 'x-canary': 'x', cookie: 'side=always' }, 'a'],
    ] as const)('%j with %j', async (rule, headers, body) => {
      await channel.sync(table(rules(rule)));
      expect((await server.get('/', headers as never)).body).toBe(body);
    });

    test('weights', async () => {
      await channel.sync(table(rules({ kind: 'words' }, 100)));
      expect(bodies(await times(5, () => server.get('/'))).join('')).toBe('bbbbb');
      await channel.sync(table(rules({ kind: 'words' }, 50)));
      expect(new Set(bodies(await times(64, () => server.get('/'))))).toEqual(new Set(['a', 'b']));
      await channel.sync(table(rules({ kind: 'words' }, 0)));
      expect(bodies(await times(5, () => server.get('/'))).join('')).toBe('aaaaa');
    });

    test('one without endpoints is not chosen, and the side has a name', async () => {
      const [main] = rules({ kind: 'words' }, 100);
      await channel.sync(table([main ?? web([]), upstream('next', [])]));
      expect((await server.get('/', { 'x-canary': 'always' })).body).toBe('a');
      await channel.sync(table([main ?? web([]), upstream('next', [a.address])]));
      expect((await server.get('/names')).body).toBe('shop next 80');
    });

    test('affinity cookies go before the rules', async () => {
      const [main, next] = rules({ kind: 'words' }, 0);
      await channel.sync(table([{ ...main, affinity: affinity('web') } as Upstream, { ...next, affinity: affinity('next') } as Upstream]));
      expect((await server.get('/', { cookie: `route=x|${KEYS.next}` })).body).toBe('b');
      expect((await server.get('/', { cookie: `route=x|${KEYS.web}`, 'x-canary': 'always' })).body).toBe('a');
      expect((await server.get('/', { cookie: `route=x|other`, 'x-canary': 'always' })).body).toBe('b');
    });
  });

  describe('affinity', () => {
    test('a client without a cookie gets one, and stays', async () => {
      await channel.sync(table([web([a.address, b.address], { affinity: affinity('web') })]));
      const first = await server.get('/');
      const [line = ''] = cookiesOf(first);
      expect(line).toMatch(new RegExp(`^route=[0-9a-f]{32}\\|${KEYS.web}; Path=/app; HttpOnly$`));
      const [cookie = ''] = line.split(';');
      const again = await times(4, () => server.get('/', { cookie }));
      expect(new Set(bodies(again))).toEqual(new Set([first.body]));
      expect(again.flatMap(cookiesOf)).toEqual([]);
    });

    test('what the cookie says', async () => {
      const cookie = {
        name: 'r',
        path: '/own',
        expiresSeconds: 60,
        maxAgeSeconds: 61,
        domain: 'a.test',
        sameSite: 'None',
        secure: true,
      } as const;
      const full = affinity('web', { mode: 'balanced', cookie: { ...cookie, conditionalSameSiteNone: true } });
      await channel.sync(table([web([a.address], { affinity: full })]));
      const [line = ''] = cookiesOf(await server.get('/', { 'user-agent': 'Chrome/80' }));
      expect(line).toMatch(
        /^r=[\d.]+\|a{32}; Expires=\w{3}, \d\d-\w{3}-\d\d \d\d:\d\d:\d\d GMT; Max-Age=61; Domain=a\.test; Path=\/own; Secure; HttpOnly; SameSite=None$/,
      );
      for (const agent of ['Chrome/56', 'Macintosh; Intel Mac OS X 10_14_1 Safari/6'])
        expect(cookiesOf(await server.get('/', { 'user-agent': agent }))[0]).toMatch(/; HttpOnly$/);
      expect(cookiesOf(await server.get('/', { 'user-agent': 'Macintosh; Intel Mac OS X 10_14_1 Chrome/80 Safari/6' }))[0]).toContain(
        'SameSite',
      );
    });

    test('no path, no cookie; and none with an answer of nginx itself', async () => {
      await channel.sync(table([web([a.address], { affinity: affinity('web') })]));
      expect(cookiesOf(await server.get('/bare'))).toEqual([]);
      await channel.sync(table([web([closed], { affinity: affinity('web') })]));
      const failed = await server.get('/');
      expect([failed.status, cookiesOf(failed)]).toEqual([502, []]);
    });

    test.each(['persistent', 'balanced'] as const)('a failed endpoint is left where that is wanted: %s', async (mode) => {
      const stays = affinity('web', { mode });
      await channel.sync(table([web([a.address, closed], { affinity: stays })]));
      const answers = await times(30, () => server.get('/'));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 502]));
      await channel.sync(table([web([a.address, closed], { affinity: { ...stays, changeOnFailure: true } })]));
      const moved = await times(20, () => server.get('/'));
      expect(new Set(bodies(moved))).toEqual(new Set(['a']));
      const cookies = moved.map((answer) => cookiesOf(answer)[0]?.split(';')[0] ?? '');
      for (const cookie of cookies) expect((await server.get('/', { cookie })).body).toBe('a');
    });
  });

  describe('tries', () => {
    test('three of them, unless the route says otherwise', async () => {
      await channel.sync(table([web([failing.address])]));
      expect((await server.get('/')).status).toBe(500);
      expect(failing.asked).toHaveLength(3);
      expect((await server.get('/?tries=1')).status).toBe(500);
      expect(failing.asked).toHaveLength(4);
    });

    test('0 asks every endpoint once', async () => {
      const dead = [1, 2, 3, 4, 5].map((port) => `127.0.0.1:${port}`);
      await channel.sync(table([web([...dead, a.address])]));
      for (const answer of await times(6, () => server.get('/?tries=0'))) expect(answer.body).toBe('a');
      const few = await times(6, () => server.get('/?tries=2'));
      expect(few.filter(({ status }) => status === 502).length).toBe(4);
    });

    test('endpoints that nobody can connect to count as tried', async () => {
      await channel.sync(table([web(['127.0.0.1:70000', a.address])]));
      expect(new Set(bodies(await times(4, () => server.get('/'))))).toEqual(new Set(['a']));
      await channel.sync(table([web(['127.0.0.1:70000'])]));
      expect((await server.get('/')).status).toBe(502);
    });
  });

  test('ewma learns from the tries of requests, and one that fails is left', async () => {
    const balancing = { kind: 'ewma', from: builtIn } as const;
    await channel.sync(table([web([a.address, b.address], { balancing })]));
    expect(await scores()).toEqual([]);
    // Endpoints that were not asked yet count as the fastest.
    await until(
      async () => (await server.get('/')).status === 200 && (await scores()).length === 2,
      () => 'only one endpoint is asked',
    );
    expect(new Set(await scores())).toEqual(new Set([a.address, b.address]));
    await channel.sync(table([web([closed, b.address], { balancing })]));
    for (const answer of await times(6, () => server.get('/'))) expect(answer.body).toBe('b');
    expect(new Set(await scores())).toEqual(new Set([closed, b.address]));
  });

  test('a tunnel says nothing about how fast an endpoint is', async () => {
    await using tunnel = await TestEndpoint.listen('tunnel');
    tunnel.server.on('upgrade', (_, socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'));
    await channel.sync(table([web([tunnel.address], { balancing: { kind: 'ewma', from: builtIn } })]));
    const upgraded = await new Promise((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port: server.port, path: '/tunnel', headers: { connection: 'upgrade', upgrade: 'x' } });
      asked.once('error', reject);
      asked.once('upgrade', (_, socket) => socket.resume().once('close', () => resolve('ended')));
      asked.end();
    });
    expect(upgraded).toBe('ended');
    expect((await server.get('/plain')).status).toBe(200);
    expect(await scores()).toEqual([]);
    await server.get('/');
    expect(await scores()).toEqual([tunnel.address]);
  });

  test('hash keys lead to one endpoint', async () => {
    const key = ['x', { variable: 'arg_k' }, { variable: 'http_x_y' }];
    await channel.sync(table([web([a.address, b.address], { balancing: { kind: 'hash', key, from: builtIn } })]));
    const seen = new Set<string>();
    for (let index = 0; index < 20; index++) {
      const all = new Set(bodies(await times(3, () => server.get(`/?k=${index}`, { 'x-y': 'z' }))));
      expect(all.size).toBe(1);
      seen.add([...all].join());
    }
    expect(seen).toEqual(new Set(['a', 'b']));
  });
});
