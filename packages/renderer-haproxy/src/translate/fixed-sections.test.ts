import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBackend } from '@sluice/core';
import { generate } from 'selfsigned';
import { defaultServing } from '@sluice/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import haproxy from '../index.ts';
import { printSection } from '../render/print.ts';
import { builtModel, secretOf, testDeployment } from '../testing/built-model.ts';
import type { Said } from '../testing/built-model.ts';
import { host, never, testedHaproxies } from '../testing/haproxy-bench.ts';
import { binds } from './binds.ts';
import { frontendSection } from './client-frontend.ts';
import { globalSection } from './process-sections.ts';

const textOf = (tree: Parameters<typeof printSection>[0]): string => printSection(tree).text;

test('an address of all families is two sockets where there is IPv6, and one where there is none', () => {
  const all = { ...testDeployment, http: [{ host: '', port: 80 }], https: [{ host: '::1', port: 443 }] };
  const words = (ipv6: boolean) => binds({ ...all, ipv6 }, defaultServing).map((one) => one.words.slice(0, 3).join(' '));
  expect(words(true)).toEqual(['bind 0.0.0.0:80', 'bind :::80 v6only', 'bind [::1]:443 ssl']);
  expect(words(false)).toEqual(['bind 0.0.0.0:80', 'bind [::1]:443 ssl']);
});

test('there are no more clients than there may be files', () => {
  expect(textOf(globalSection({ ...testDeployment, mostFiles: 10_512 }, defaultServing))).toContain('\n  maxconn 5000\n');
  expect(textOf(globalSection(testDeployment, defaultServing))).toContain('\n  maxconn 16384\n');
  expect(textOf(globalSection({ ...testDeployment, mostFiles: 10 }, defaultServing))).toContain('\n  maxconn 100\n');
});

test('workers give rights up where there are any, and nothing of Lua is read before there is something to serve', () => {
  expect(textOf(globalSection({ ...testDeployment, user: { name: 'u', group: 'g' } }))).toMatch(/\n {2}user u\n {2}group g\n/);
  expect(textOf(globalSection(testDeployment, undefined, 'without Lua'))).not.toContain('lua');
});

test('lists of any length are lines that HAProxy reads: of 64 words at most', () => {
  const peers = Array.from({ length: 70 }, (_, index) => `10.${index}.0.0/16`);
  const types = Array.from({ length: 70 }, (_, index) => `application/x-${index}`);
  const gzip = { level: 1, minBytes: 256, types, disabled: '' };
  const text = textOf(
    frontendSection(testDeployment, {
      ...defaultServing,
      compression: { gzip },
      proxyProtocol: { ...defaultServing.proxyProtocol, peers },
    }),
  );
  const words = text.split('\n').map((one) => one.trim().split(' '));
  expect(Math.max(...words.map(({ length }) => length))).toBeLessThanOrEqual(64);
  expect(words.flatMap(([first, name, how, ...rest]) => (first === 'acl' && name === 'sluice_peers' && how === 'src' ? rest : []))).toEqual(
    peers,
  );
  expect(words.flatMap(([first, what, ...rest]) => (first === 'compression' && what === 'type' ? rest : []))).toEqual([
    'text/html',
    ...types,
  ]);
});

test('what clients may not say is gone before Lua sees a request', () => {
  const rules = textOf(frontendSection(testDeployment, defaultServing))
    .split('\n')
    .filter((rule) => rule.includes('http-request'));
  const lua = rules.findIndex((rule) => rule.includes('lua.sluice'));
  const before = rules.slice(0, lua).join('\n');
  for (const rule of ['del-header x-sluice- -m beg', 'del-header [^A-Za-z0-9-] -m reg', 'req.fhdr_cnt gt 256'])
    expect(before).toContain(rule);
});

describe.each(testedHaproxies)('HAProxy $capabilities.version', ({ path: binary }) => {
  let data: string;
  beforeAll(() => void (data = mkdtempSync(join(tmpdir(), 'sluice-sections-'))));
  afterAll(() => rmSync(data, { recursive: true, force: true }));

  test('takes a configuration with everything in it', async () => {
    const listen = { http: [{ host, port: 0 }], https: [{ host, port: 0 }] };
    const { renderer, reloader, dataplane } = createBackend({ plugins: [haproxy({ binary })], backend: 'haproxy', data, listen });
    try {
      const artifact = renderer.render(renderer.translate(await everything()).tree);
      expect(await reloader.validate(artifact, never)).toEqual({ kind: 'accepted' });
    } finally {
      await dataplane.stop(AbortSignal.abort());
    }
  }, 30_000);
});

async function everything() {
  const altNames = ['a.test', '*.w.test'].map((value) => ({ type: 2 as const, value }));
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'a.test' }], {
    keyType: 'ec',
    extensions: [{ name: 'subjectAltName', altNames }],
  });
  const bcrypt = '$2y$05$abcdefghijklmnopqrstuuVYwmT7rJ4tXb2Zs0Pnp7qYyGQKu3rEa';
  const said: readonly Said[] = [
    { name: 'a', tls: 'tls', annotations: { 'auth-tls-secret': 'shop/ca', 'server-alias': 'alias.test, ~^x\\d+\\.test$' } },
    {
      name: 'w',
      host: '*.w.test',
      tls: 'tls',
      annotations: { 'backend-protocol': 'HTTPS', 'proxy-ssl-secret': 'shop/peer', 'proxy-ssl-verify': 'on' },
    },
    { name: 'any', host: '*', annotations: { 'auth-type': 'basic', 'auth-secret': 'users', 'auth-realm': 'the "realm"' } },
    {
      name: 'x',
      annotations: { 'use-regex': 'true' },
      paths: [
        ['/a|/b"%[path]', 'ImplementationSpecific'],
        ['/(a|a?)+(?=b)c*x', 'ImplementationSpecific'],
      ],
    },
    { name: 'e', externalName: 'example.com', annotations: { affinity: 'cookie', 'limit-connections': '1' } },
    {
      name: 'n',
      addresses: [],
      annotations: { 'custom-http-errors': '502', 'default-backend': 'x', 'proxy-next-upstream': 'http_404 http_429' },
    },
  ];
  return builtModel(said, [
    secretOf('tls', { 'tls.crt': cert, 'tls.key': key }, 'kubernetes.io/tls'),
    secretOf('peer', { 'tls.crt': cert, 'tls.key': key, 'ca.crt': cert }),
    secretOf('ca', { 'ca.crt': cert }),
    secretOf('users', { auth: `o'neill "x" \\:${bcrypt}\nplain:{PLAIN}p\n` }),
  ]);
}
