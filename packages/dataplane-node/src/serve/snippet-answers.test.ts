import { afterEach, expect, test } from 'vitest';
import type { SnippetStep } from '@sluice/core';
import { builtIn, compileRoutes, defaultServing } from '@sluice/core';
import { exchange } from './testing/raw-client.ts';
import { generation } from './testing/routing-fixture.ts';
import { httpPort, TestBench } from './testing/test-proxy.ts';

const bench = new TestBench();
afterEach(() => bench.close());

/** What a host whose snippet has these steps answers. */
async function answer(
  steps: readonly SnippetStep[],
  request = 'GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n',
): Promise<string> {
  const routes = compileRoutes({
    listeners: [{ protocol: 'http' }],
    settings: defaultServing,
    virtualHosts: [
      {
        name: '*',
        match: { kind: 'any' },
        routes: [
          {
            match: { kind: 'prefix', path: '/' },
            action: { kind: 'respond', status: 404, because: 'nothing is there' },
            policies: [{ kind: 'snippet', steps, from: builtIn }],
            from: builtIn,
          },
        ],
        from: builtIn,
      },
    ],
    upstreams: [],
    certificates: [],
    streams: [],
  });
  const proxy = await bench.proxy({ generation: { ...generation({}), routes } });
  return exchange(httpPort(proxy), request);
}

const HEAD = 'HEAD / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n';
const header = (name: string, value: string, statuses?: readonly number[]): SnippetStep => ({
  kind: 'response-header',
  edit: { op: 'add', name, value: [value], ...(statuses && { statuses }) },
});

test('a text is the whole body', async () => {
  expect(await answer([{ kind: 'return', status: 418, text: ['short and stout'] }])).toMatch(
    /^HTTP\/1\.1 418 \r\nDate: [^\r]*\r\nContent-Type: text\/html\r\nContent-Length: 15\r\nConnection: close\r\n\r\nshort and stout$/,
  );
  expect(await answer([{ kind: 'return', status: 418, text: ['short and stout'] }], HEAD)).toMatch(/Content-Length: 15\r\n.*\r\n\r\n$/s);
  expect(await answer([{ kind: 'return', status: 200, text: [] }])).toMatch(/^HTTP\/1\.1 200 OK\r\n.*Content-Length: 0\r\n.*\r\n\r\n$/s);
});

test('without a text it is the page of the status', async () => {
  expect(await answer([{ kind: 'return', status: 403 }])).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n.*<title>403 Forbidden/s);
});

test('444 closes the connection without a word', async () => {
  expect(await answer([{ kind: 'return', status: 444 }])).toBe('');
});

test('headers hold for the statuses that they are for', async () => {
  const response = await answer([header('X-A', 'a', [200]), header('X-B', 'b'), { kind: 'return', status: 403 }]);
  expect(response).not.toContain('X-A');
  expect(response).toMatch(/\r\nConnection: close\r\nX-B: b\r\n\r\n</);
});

test('what a client sends cannot begin another header line', async () => {
  const steps: readonly SnippetStep[] = [
    { kind: 'response-header', edit: { op: 'set', name: 'X-Path', value: [{ variable: 'uri' }] } },
    { kind: 'redirect', status: 302, to: ['https://o.test', { variable: 'uri' }] },
  ];
  const response = await answer(steps, 'GET /a%0d%0aEvil:%201 HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n');
  expect(response).toContain('\r\nLocation: https://o.test/a%0D%0AEvil:%201\r\n');
  expect(response).toContain('\r\nX-Path: /aEvil: 1\r\n');
});
