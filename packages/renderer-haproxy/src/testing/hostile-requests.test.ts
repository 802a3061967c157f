import { connect } from 'node:http2';
import { connect as connectTls } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import { createDefaultCertificate } from '@sluice/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testedHaproxies } from './haproxy-bench.ts';
import { ServedObjects } from './served-objects.ts';
import type { Served } from './served-objects.ts';

const headers = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'headers' },
  data: { 'X-Path': '$uri', 'X-Inner': '[$document_root$sluice_plan$nope$__proto__$constructor]' },
};
const rewrites = { 'use-regex': 'true', 'rewrite-target': '/$2', 'x-forwarded-prefix': '/$1' };
const pages = { 'custom-http-errors': '413,502', 'default-backend': 'echo' };

function ingresses(echo: number): readonly Served[] {
  const url = `http://127.0.0.1:${echo}`;
  const gate = { 'use-regex': 'true', 'auth-url': `${url}/refuse` };
  return [
    { host: 'asked.test', annotations: { 'auth-url': `${url}/ask$uri`, 'auth-proxy-set-headers': 'default/headers' } },
    { host: 'signin.test', annotations: { 'auth-url': `${url}/refuse`, 'auth-signin': 'http://s.test/$uri?a=b' } },
    { host: 'vhost.test', annotations: { 'upstream-vhost': 'x$uri' } },
    { host: 'prefix.test', path: '/p/([^/]*)/(.*)', annotations: rewrites },
    { host: 'mirror.test', annotations: { 'mirror-target': `${url}$uri`, 'mirror-host': 'h$uri' } },
    { host: 'cached.test', annotations: { 'auth-url': `${url}/cached`, 'auth-cache-key': '$uri' } },
    { host: 'paged.test', annotations: { ...pages, 'proxy-body-size': '1' } },
    {
      host: 'telling.test',
      annotations: { ...pages, 'auth-url': `${url}/telling`, 'auth-response-headers': 'X-Sluice-Answer, X-Sluice-Keep, X-User' },
    },
    { host: 'user.test', annotations: { 'auth-url': `${url}/telling`, 'auth-response-headers': 'X-User, X-Missing' } },
    { host: 'silent.test', annotations: { 'auth-url': 'http://127.0.0.1:1/' } },
    { host: 'odd.test', annotations: { 'auth-url': `${url}/odd` } },
    { host: 'ways.test', path: '/a|/b', annotations: gate },
    { host: 'ways.test', path: '/' },
    { host: 'long.test', path: '/(a|a?)+(?=b)c*x', annotations: gate },
    { host: 'long.test', path: '/' },
    { host: '*.names.test', annotations: { 'upstream-vhost': 'wildcard' } },
    { host: 'socket.test', annotations: { 'mirror-target': '$http_target' } },
    { host: 'snippet.test', annotations: { 'configuration-snippet': 'if ($cookie_x = 1) { return 418; }' } },
  ];
}

function answer(head: string): string {
  const said = (status: string, more = ''): string => `${status}\r\n${more}Content-Length: 0\r\nConnection: close\r\n\r\n`;
  if (head.startsWith('GET /refuse')) return said('401 Unauthorized');
  if (head.startsWith('GET /telling')) return said('200 OK', 'X-Sluice-Answer: a\r\nX-Sluice-Keep: 9 200\r\nX-User: known\r\n');
  if (head.startsWith('GET /odd')) return said('304 Not Modified');
  return said('200 OK');
}

describe.each(testedHaproxies)('requests that want more than they may (HAProxy $capabilities.version)', (found) => {
  let served: ServedObjects;
  beforeAll(async () => void (served = await ServedObjects.start(found, ingresses, { more: [headers], answering: answer })), 30_000);
  afterAll(() => served?.stop());

  /** Heads that got to the upstream, after the answer. */
  async function heads(name: string, target: string, lines = ''): Promise<readonly string[]> {
    served.heads.length = 0;
    await served.get(name, target, lines);
    return [...served.heads];
  }

  test.each([
    ['asked.test', '/a%0d%0aX-Injected:%201'],
    ['signin.test', '/a%0d%0aX-Injected:%201'],
    ['vhost.test', '/a%0d%0aX-Injected:%201'],
    ['prefix.test', '/p/a%0d%0aX-Injected:1/b'],
    ['mirror.test', '/a%0d%0aX-Injected:%201'],
  ])('%s: no decoded path ends a line', async (name, target) => {
    served.heads.length = 0;
    const got = await served.get(name, target);
    expect(got).toMatch(/^HTTP\/1\.1 (?:200|302) /);
    expect(served.heads.length).toBeGreaterThan(0);
    for (const head of [got, ...served.heads]) expect(head).not.toMatch(/[\r\n]X-Injected/i);
  });

  test('the path of a question is that of the request; texts see no variables that are of nginx alone', async () => {
    const [question = ''] = await heads('asked.test', '/a/b');
    expect(question).toMatch(/^GET \/ask\/a\/b /);
    expect(question).toMatch(/\r\nx-path: \/a\/b\r\n/i);
    expect(question).toMatch(/\r\nx-inner: \[\]\r\n/i);
  });

  test('answers are remembered for their own path', async () => {
    served.heads.length = 0;
    for (const target of ['/one', '/one', '/two']) await served.get('cached.test', target);
    expect(served.heads.filter((head) => head.startsWith('GET /cached '))).toHaveLength(2);
  });

  test.each(['X-Sluice-Backend', 'x-sluice-ANSWER', 'X-SLUICE-Limit', 'X_Sluice_Backend', 'x-sluice-server'])(
    'nobody gets %s of a client',
    async (name) => {
      for (const host of ['vhost.test', 'telling.test', 'asked.test'])
        for (const head of await heads(host, '/', `${name}: sluice_failed\r\n`)) expect(head).not.toMatch(/sluice[-_]/i);
      expect(await served.get('paged.test', '/', `${name}: sluice_failed\r\n`)).toMatch(/^HTTP\/1\.1 200 /);
    },
  );

  test('HTTP/2 brings no such header either', async () => {
    served.heads.length = 0;
    const session = connect(`https://127.0.0.1:${served.tlsPort}`, { rejectUnauthorized: false });
    const stream = session.request({ ':path': '/', ':authority': 'telling.test', 'x-sluice-backend': 'sluice_failed', x_user: 'me' });
    const status = await new Promise((resolve, reject) => {
      stream.on('response', (got) => resolve(got[':status'])).on('error', reject);
    });
    session.destroy();
    expect(status).toBe(200);
    expect(served.heads).toHaveLength(2);
    for (const head of served.heads) expect(head).not.toMatch(/sluice-|x_user/i);
  });

  test('an authentication service tells the internal frontend nothing', async () => {
    const [, head = ''] = await heads('telling.test', '/');
    expect(head).toMatch(/\r\nx-user: known\r\n/i);
    expect(head).not.toMatch(/x-sluice/i);
  });

  test('the upstream hears of a user from the authentication service alone', async () => {
    const [, head = ''] = await heads('user.test', '/', 'X-User: admin\r\nX-User: root\r\nX-Missing: me\r\n');
    expect(head.match(/\r\nx-user: .*/gi)).toEqual(['\r\nX-User: known'.toLowerCase()]);
    expect(head).not.toMatch(/x-missing/i);
  });

  test.each(['silent.test', 'odd.test'])('%s: without an answer of use nobody is let in', async (name) => {
    served.heads.length = 0;
    expect(await served.get(name, '/')).toMatch(/^HTTP\/1\.1 500 /);
    expect(served.heads.filter((head) => head.startsWith('GET / '))).toEqual([]);
  });

  test.each(['asked.test', 'paged.test', 'mirror.test', 'telling.test', 'vhost.test'])('%s: many headers end nothing', async (name) => {
    for (const count of [90, 100, 200, 250, 300, 600, 2000]) {
      const lines = Array.from({ length: count }, (_, index) => `X-${index}: 1\r\n`).join('');
      expect(await served.get(name, '/', `Content-Length: 0\r\n${lines}`)).toMatch(count > 250 ? /^HTTP\/1\.1 400 / : /^HTTP\/1\.1 200 /);
    }
    expect(await served.get(name, '/')).toMatch(/^HTTP\/1\.1 200 /);
  });

  test('a question has all of its own lines, however many the client sends', async () => {
    const [question = ''] = await heads('asked.test', '/x', Array.from({ length: 240 }, (_, index) => `X-${index}: 1\r\n`).join(''));
    expect(question).toMatch(/\r\nx-original-url: http:\/\/asked\.test\/x\r\n/i);
  });

  test('a way through an expression that begins anywhere has its gate too', async () => {
    for (const target of ['/a', '/b', '/x/b']) expect(await served.get('ways.test', target)).toMatch(/^HTTP\/1\.1 401 /);
    expect(await served.get('ways.test', '/x/c')).toMatch(/^HTTP\/1\.1 200 /);
  });

  test('a path that an expression takes too many steps for is not left to the next route', async () => {
    served.heads.length = 0;
    expect(await served.get('long.test', `/${'a'.repeat(200)}bx`)).toMatch(/^HTTP\/1\.1 500 /);
    expect(served.heads).toEqual([]);
    expect(await served.get('long.test', '/c')).toMatch(/^HTTP\/1\.1 200 /);
  });

  const everyByte = Array.from({ length: 255 }, (_, index) => `%${(index + 1).toString(16).padStart(2, '0')}`).join('');

  test.each([
    ['every byte', everyByte],
    ['a long path', 'a'.repeat(12_000)],
  ])('%s is rewritten', async (_, rest) => {
    const [head = ''] = await heads('prefix.test', `/p/x/${rest}`);
    expect(head).toMatch(/^GET \/[^p]/);
  });

  test.each(['*.names.test', '|any', '|others'])('the key %s of a map is no name', async (name) => {
    expect((await heads(name, '/')).join('')).not.toMatch(/host: wildcard/i);
    expect(await heads('a.names.test', '/')).toEqual([expect.stringMatching(/\r\nhost: wildcard\r\n/i)]);
  });

  test('HTTP/2 without TLS is not passed on', async () => {
    expect((await heads('vhost.test', '/', 'Upgrade: h2c\r\n')).join('')).not.toMatch(/h2c/i);
  });

  test.each(['http://unix:/x', 'http://unix@inner/internal.sock', 'http://127.0.0.1:1:2/', 'http://[::1', 'http://a b/'])(
    'no copy goes to %j',
    async (target) => {
      expect(await heads('socket.test', '/', `Target: ${target}\r\n`)).toHaveLength(1);
    },
  );

  test.each([
    ['two lengths', 'Content-Length: 5\r\nContent-Length: 6\r\n'],
    ['a length with a sign', 'Content-Length: +5\r\n'],
    ['a coding that is none', 'Transfer-Encoding: xchunked\r\n'],
    ['chunks of chunks', 'Transfer-Encoding: chunked, identity\r\n'],
    ['two hosts', 'Host: b.test\r\n'],
  ])('%s are refused', async (_, lines) => {
    served.heads.length = 0;
    expect(await served.send(`POST / HTTP/1.1\r\nHost: vhost.test\r\n${lines}Connection: close\r\n\r\nhello`)).toMatch(/^HTTP\/1\.1 4/);
    expect(served.heads).toEqual([]);
  });

  test.each([' Content-Length: 5', 'Content_Length: 5', 'Content.Length: 5'])('a body that only %j announces is none', async (line) => {
    served.heads.length = 0;
    const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: vhost.test\r\nConnection: close\r\n\r\n';
    await served.send(`POST / HTTP/1.1\r\nHost: vhost.test\r\n${line}\r\n\r\n${smuggled}`);
    for (const head of served.heads) expect(head).not.toMatch(/content.length ?:|transfer-encoding/i);
  });

  test.each(['X : 1', 'X(y): 1', 'X\xc3: 1', 'X: a\0b', 'X: \x01', 'X: \x7f', 'X: a\rY: b'])('the line %j is refused', async (line) => {
    served.heads.length = 0;
    expect(await served.get('vhost.test', '/', `${line}\r\n`)).toMatch(/^HTTP\/1\.1 400 /);
    expect(served.heads).toEqual([]);
  });

  test.each(['*', 'x', '?x', 'ftp://vhost.test/', 'http://u@vhost.test/', 'http:///', '/\x01', '/\x7f'])(
    'the target %j is none',
    async (target) => {
      served.heads.length = 0;
      expect(await served.get('vhost.test', target)).toMatch(/^HTTP\/1\.[01] 400 /);
      expect(served.heads).toEqual([]);
    },
  );

  test.each([
    ['http://vhost.test', '/'],
    ['http://vhost.test/a?b', '/a?b'],
    ['/\xe9#x', '/\xe9#x'],
  ])('the target %j is sent as %j', async (target, sent) => {
    const [head = ''] = await heads('vhost.test', target);
    expect(head.split(' ')[1]).toBe(sent);
  });

  test.each(['HTTP/1.10', 'HTTP/2.5', 'HTTP/1.2'])('%s is no version', async (version) => {
    served.heads.length = 0;
    expect(await served.send(`GET / ${version}\r\nHost: vhost.test\r\nConnection: close\r\n\r\n`)).toMatch(/^HTTP\/1\.[01] 400 /);
    expect(served.heads).toEqual([]);
  });

  test('of a length and chunks the upstream gets one', async () => {
    served.heads.length = 0;
    const framing = 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n';
    await served.send(`POST / HTTP/1.1\r\nHost: vhost.test\r\n${framing}Connection: close\r\n\r\n0\r\n\r\n`);
    expect(served.heads.join('')).not.toMatch(/content-length/i);
  });
});

describe.each(testedHaproxies)('client certificates (HAProxy $capabilities.version)', (found) => {
  let served: ServedObjects;
  let mine: { readonly cert: string; readonly key: string };
  let others: typeof mine;
  beforeAll(async () => {
    const [a, b] = [await createDefaultCertificate(), await createDefaultCertificate()];
    mine = { cert: a.chain, key: a.privateKey.reveal() };
    others = { cert: b.chain, key: b.privateKey.reveal() };
    const secret = (name: string, chain: string): object => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name },
      type: 'Opaque',
      data: { 'ca.crt': Buffer.from(chain).toString('base64') },
    });
    const checks = (name: string): NonNullable<Served['annotations']> => ({ 'auth-tls-secret': `default/${name}` });
    const made = (): readonly Served[] => [
      { annotations: checks('a') },
      { host: 'a.test', annotations: checks('a') },
      { host: 'b.test', annotations: { ...checks('b'), 'server-alias': 'alias.test' } },
    ];
    served = await ServedObjects.start(found, made, { more: [secret('a', a.chain), secret('b', b.chain)] });
  }, 30_000);
  afterAll(() => served?.stop());

  test('count for the host that they were shown to, by any of its names', async () => {
    expect(await served.get('a.test', '/', '', { ...mine, servername: 'a.test' })).toMatch(/^HTTP\/1\.1 200 /);
    for (const name of ['b.test', 'alias.test']) {
      expect(await served.get(name, '/', '', { ...mine, servername: name })).toMatch(/^HTTP\/1\.1 400 /);
      expect(await served.get(name, '/', '', { ...others, servername: name })).toMatch(/^HTTP\/1\.1 200 /);
    }
  });

  test.each(['', 'unknown.test', 'x b.test', 'b.test x', 'a.test', 'alias.test'])('not for another one, as %j', async (servername) => {
    expect(await served.get('b.test', '/', '', { ...mine, servername })).toMatch(/^HTTP\/1\.1 421 /);
  });

  test('without a name they count for hosts with the authorities of the catch-all host', async () => {
    expect(await served.get('a.test', '/', '', { ...mine, servername: '' })).toMatch(/^HTTP\/1\.1 200 /);
    expect(await served.get('other.test', '/', '', { ...mine, servername: '' })).toMatch(/^HTTP\/1\.1 200 /);
    expect(await served.get('b.test', '/', '', { servername: '' })).toMatch(/^HTTP\/1\.1 400 /);
  });

  /** The status of an answer, and the session to go on with. */
  function visit(name: string, options: ConnectionOptions): Promise<readonly [status: string, session: Buffer | undefined]> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly [string, Buffer | undefined]>();
    let [text, session]: [string, Buffer | undefined] = ['', options.session];
    const socket = connectTls({ host: '127.0.0.1', port: served.tlsPort, rejectUnauthorized: false, servername: name, ...options });
    socket.on('session', (kept: Buffer) => (session = kept)).on('data', (chunk) => (text += String(chunk)));
    socket.once('error', reject).once('close', () => resolve([text.slice(9, 12), session]));
    socket.write(`GET / HTTP/1.1\r\nHost: ${name || 'b.test'}\r\nConnection: close\r\n\r\n`);
    return promise;
  }

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('a session of one host is none of another one, %s', async (maxVersion) => {
    const [first, session] = await visit('b.test', { ...others, maxVersion });
    expect(first).toBe('200');
    expect((await visit('a.test', { ...others, maxVersion, session }))[0]).toBe('400');
    const [, nameless] = await visit('', { ...mine, maxVersion });
    expect((await visit('b.test', { ...mine, maxVersion, session: nameless }))[0]).toMatch(/^4/);
    const [, refused] = await visit('a.test', { ...others, maxVersion });
    expect((await visit('a.test', { ...others, maxVersion, session: refused }))[0]).toBe('400');
  });
});
