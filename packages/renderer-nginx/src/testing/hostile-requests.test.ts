import { chmodSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { createDefaultCertificate } from '@sluice/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testedNginx } from './process-bench.ts';
import { ServedObjects } from './served-objects.ts';
import type { Served } from './served-objects.ts';

const headers = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'headers' },
  data: { 'X-Path': '$uri', 'X-Inner': '[$document_root$sluice_plan$nope$__proto__$constructor]' },
};
const role = { 'auth-proxy-set-headers': 'default/headers' };
const rewrites = { 'use-regex': 'true', 'rewrite-target': '/$2', 'x-forwarded-prefix': '/$1' };

function ingresses(echo: number): readonly Served[] {
  const url = `http://127.0.0.1:${echo}`;
  return [
    { host: 'asked.test', annotations: { 'auth-url': `${url}/ask$uri`, 'auth-proxy-set-headers': 'default/headers' } },
    { host: 'signin.test', annotations: { 'auth-url': `${url}/refuse`, 'auth-signin': 'http://s.test/$uri?a=b' } },
    { host: 'vhost.test', annotations: { 'upstream-vhost': 'x$uri' } },
    { host: 'prefix.test', path: '/p/([^/]*)/(.*)', annotations: rewrites },
    { host: 'planned.test', path: '/p/([^/]*)/(.*)', annotations: { ...rewrites, 'enable-cors': 'true' } },
    { host: 'mirror.test', annotations: { 'mirror-target': `${url}$uri`, 'mirror-host': 'h$uri' } },
    { host: 'cached.test', annotations: { 'auth-url': `${url}/cached`, 'auth-cache-key': '$uri' } },
    { host: 'roles.test', path: '/p', pathType: 'Exact', annotations: { 'auth-url': `${url}/role`, 'auth-cache-key': 'k' } },
    { host: 'roles.test', path: '/p', pathType: 'Prefix', annotations: { ...role, 'auth-url': `${url}/role`, 'auth-cache-key': 'k' } },
    { host: '*.names.test', annotations: { 'upstream-vhost': 'v-$server_name' } },
    { host: 'cookie.test', annotations: { 'auth-url': `${url}/ask`, 'auth-response-headers': 'Cookie' } },
    { host: 'snippet.test', annotations: { 'configuration-snippet': 'if ($cookie_x = 1) { return 418; }' } },
    { host: 'socket.test', annotations: { 'mirror-target': '$http_target' } },
  ];
}

describe.skipIf(testedNginx === undefined)('requests that want more than they may (needs nginx)', () => {
  let served: ServedObjects;
  beforeAll(async () => void (served = await ServedObjects.start(ingresses, [headers])));
  afterAll(() => served?.stop());

  test.each([
    ['asked.test', '/a%0d%0aX-Injected:%201'],
    ['signin.test', '/a%0d%0aX-Injected:%201'],
    ['vhost.test', '/a%0d%0aX-Injected:%201'],
    ['prefix.test', '/p/a%0d%0aX-Injected:1/b'],
    ['planned.test', '/p/a%0d%0aX-Injected:1/b'],
    ['mirror.test', '/a%0d%0aX-Injected:%201'],
  ])('%s: no decoded path ends a line', async (name, target) => {
    served.heads.length = 0;
    const answer = await served.get(name, target);
    expect(answer).toMatch(/^HTTP\/1\.1 (?:200|302) /);
    expect(served.heads.length).toBeGreaterThan(0);
    for (const head of [answer, ...served.heads]) expect(head).not.toMatch(/[\r\n]X-Injected/i);
  });

  test('the path of a question is that of the request', async () => {
    served.heads.length = 0;
    await served.get('asked.test', '/a/b');
    expect(served.heads[0]).toMatch(/^GET \/ask\/a\/b [^]*\r\nX-Path: \/a\/b\r\n/);
  });

  test('texts see no variables that are of nginx alone', async () => {
    served.heads.length = 0;
    await served.get('asked.test', '/');
    expect(served.heads[0]).toContain('\r\nX-Inner: []\r\n');
  });

  test('a cookie of blanks takes no time', async () => {
    const startMs = performance.now();
    for (let count = 0; count < 5; count++) await served.get('snippet.test', '/', `Cookie: a${' '.repeat(7900)}b=1\r\n`);
    expect(performance.now() - startMs).toBeLessThan(500);
  });

  test('answers are remembered for their own path', async () => {
    served.heads.length = 0;
    for (const target of ['/one', '/one', '/two']) await served.get('cached.test', target);
    expect(served.heads.filter((head) => head.startsWith('GET /cached '))).toHaveLength(2);
  });

  test('answers are remembered for their own route', async () => {
    served.heads.length = 0;
    for (const target of ['/p', '/p/x']) await served.get('roles.test', target);
    expect(served.heads.filter((head) => head.startsWith('GET /role '))).toHaveLength(2);
  });

  test('the name of a host is that of its rule', async () => {
    served.heads.length = 0;
    await served.get('a.names.test', '/');
    expect(served.heads[0]).toContain('\r\nHost: v-*.names.test\r\n');
  });

  test('a header of the answer for the upstream does not get to the client', async () => {
    served.heads.length = 0;
    expect(await served.get('cookie.test', '/')).not.toContain('Set-Cookie');
    expect(served.heads.at(-1)).toContain('\r\nCookie: inner=1\r\n');
  });

  test('HTTP/2 without TLS is not passed on', async () => {
    served.heads.length = 0;
    await served.get('vhost.test', '/', 'Upgrade: h2c\r\n');
    expect(served.heads[0]).not.toMatch(/h2c|upgrade/i);
  });

  test('no copy goes to a socket of the machine', async () => {
    const path = join(served.folder, 'private.sock');
    let asked = 0;
    const socket = createServer((_, answer) => void answer.end(String(asked++)));
    await new Promise<void>((resolve) => socket.listen(path, resolve));
    chmodSync(path, 0o777);
    try {
      for (const scheme of ['http', 'HTTP']) await served.get('socket.test', '/', `Target: ${scheme}://UNIX:${path}:/\r\n`);
      expect(asked).toBe(0);
    } finally {
      socket.close();
    }
  });
});

describe.skipIf(testedNginx === undefined)('client certificates (needs nginx)', () => {
  let served: ServedObjects;
  let mine: { readonly cert: string; readonly key: string };
  beforeAll(async () => {
    const [a, b] = [await createDefaultCertificate(), await createDefaultCertificate()];
    mine = { cert: a.chain, key: a.privateKey.reveal() };
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
      { host: 'b.test', annotations: checks('b') },
    ];
    served = await ServedObjects.start(made, [secret('a', a.chain), secret('b', b.chain)]);
  });
  afterAll(() => served?.stop());

  test('count for the host that they were shown to', async () => {
    expect(await served.get('a.test', '/', '', { ...mine, servername: 'a.test' })).toMatch(/^HTTP\/1\.1 200 /);
    expect(await served.get('b.test', '/', '', { ...mine, servername: 'b.test' })).toMatch(/^HTTP\/1\.1 400 /);
  });

  test.each(['', 'unknown.test', 'x b.test', 'b.test x', 'a.test'])('not for another one, as %j', async (servername) => {
    expect(await served.get('b.test', '/', '', { ...mine, servername })).toMatch(/^HTTP\/1\.1 421 /);
  });
});
