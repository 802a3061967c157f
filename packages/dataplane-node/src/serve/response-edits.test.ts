import { connect, createSecureContext } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import type { Policy, Route, RoutingModel } from '@sluice/core';
import { builtIn, compileRoutes, defaultServing } from '@sluice/core';
import { fallbackCertificate } from './testing/certificates.ts';
import { exchange, RawClient } from './testing/raw-client.ts';
import { generation, local } from './testing/routing-fixture.ts';
import { httpPort, portOf, TestBench } from './testing/test-proxy.ts';

const bench = new TestBench();
afterEach(() => bench.close());

const GET = 'GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n';

/** What a route with these policies does in front of this upstream. */
async function serve(policies: readonly Policy[], answer: string, tls = false) {
  let asked = '';
  const { port } = await bench.raw((socket) => {
    socket.on('data', (bytes) => {
      asked += bytes.toString('latin1');
      socket.end(Buffer.from(answer, 'latin1'));
    });
  });
  const context = createSecureContext(await fallbackCertificate());
  const plain = generation({ 'a.test': { endpoints: [local(port)] } }, () => context);
  const proxy = await bench.proxy({ tls, generation: { ...plain, routes: compileRoutes(modelWith(policies, port)) } });
  return { proxy, http: httpPort(proxy), asked: () => asked };
}

function modelWith(policies: readonly Policy[], port: number): RoutingModel {
  const route: Route = {
    match: { kind: 'prefix', path: '/' },
    action: { kind: 'forward', upstream: 'test/a:80' },
    policies,
    from: builtIn,
  };
  return {
    listeners: [{ protocol: 'http' }],
    settings: defaultServing,
    virtualHosts: [{ name: '*', match: { kind: 'any' }, routes: [route], from: builtIn }],
    upstreams: [{ id: 'test/a:80', namespace: 'test', service: 'a', port: '80', endpoints: [local(port)], from: builtIn }],
    certificates: [],
    streams: [],
  };
}

const head = (answer: string): string => answer.slice(0, answer.indexOf('\r\n\r\n') + 4);

describe('answers of upstreams', () => {
  test('get CORS headers in their order', async () => {
    const cors = {
      kind: 'cors',
      origins: ['https://o.test'],
      credentials: true,
      methods: 'GET',
      headers: 'X-A',
      maxAgeSeconds: 5,
      from: builtIn,
    } as const;
    const { http } = await serve([cors], 'HTTP/1.1 500 No\r\nContent-Length: 0\r\naccess-control-allow-origin: evil\r\nDate: now\r\n\r\n');
    const asked = GET.replace('\r\n\r\n', '\r\nOrigin: https://o.test\r\n\r\n');
    expect(await exchange(http, asked)).toBe(
      'HTTP/1.1 500 No\r\nContent-Length: 0\r\nAccess-Control-Allow-Origin: https://o.test\r\nDate: now\r\nConnection: close\r\n' +
        'Access-Control-Allow-Credentials: true\r\nAccess-Control-Allow-Methods: GET\r\nAccess-Control-Allow-Headers: X-A\r\nAccess-Control-Max-Age: 5\r\n\r\n',
    );
    expect(await exchange(http, asked.replace('GET', 'OPTIONS'))).toMatch(
      /^HTTP\/1\.1 204 No Content\r\nDate: [^\r]*\r\nConnection: close\r\nAccess-Control-Allow-Origin: https:\/\/o\.test\r\n.*Access-Control-Max-Age: 5\r\nContent-Length: 0\r\n\r\n$/s,
    );
  });

  test('get other locations and cookies', async () => {
    const from = { from: builtIn };
    const { http } = await serve(
      [
        { kind: 'location-rewrite', find: { kind: 'prefix', text: 'http://inner.test/' }, replacement: '/outer/', ...from },
        { kind: 'cookie-path', find: { kind: 'prefix', text: '/' }, replacement: '/x/', ...from },
      ],
      'HTTP/1.1 302 Found\r\nDate: now\r\nLocation: http://inner.test/y\r\nSet-Cookie: a=1; Path=/\r\nSet-Cookie: b=1; Path=/b\r\nContent-Length: 0\r\n\r\n',
    );
    expect(await exchange(http, GET.replace('a.test', 'A.test:8080'))).toBe(
      'HTTP/1.1 302 Found\r\nDate: now\r\nLocation: http://a.test/outer/y\r\nSet-Cookie: a=1; Path=/x/\r\nSet-Cookie: b=1; Path=/x/b\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
    );
  });

  test('keep their body and the connection', async () => {
    const headers = { kind: 'response-headers', lines: [{ name: 'X-A', value: 'a' }], from: builtIn } as const;
    const { port } = await bench.http((_request, response) => response.end('body'));
    const proxy = await bench.proxy({
      generation: { ...generation({ 'a.test': { endpoints: [local(port)] } }), routes: compileRoutes(modelWith([headers], port)) },
    });
    const client = RawClient.to(httpPort(proxy));
    for (let turn = 0; turn < 2; turn++) {
      client.send('GET / HTTP/1.1\r\nHost: a.test\r\n\r\n');
      expect(await client.until(/body$/)).toMatch(/\r\nX-A: a\r\n\r\nbody$/);
      client.clear();
    }
    client.destroy();
  });
});

test('requests get another Host and Connection, in the place of the first', async () => {
  const { http, asked } = await serve(
    [
      { kind: 'upstream-host', host: ['inner.test'], from: builtIn },
      { kind: 'upstream-connection', value: 'close', from: builtIn },
    ],
    'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
  );
  await exchange(http, GET);
  expect(asked()).toMatch(/^GET \/ HTTP\/1\.1\r\nHost: inner\.test\r\nX-Request-ID: /);
  expect(asked()).toMatch(/\r\nX-Forwarded-Host: a\.test\r\n/);
  expect(asked()).toMatch(/\r\nConnection: close\r\n\r\n$/);
});

describe('HSTS', () => {
  const ask = async (port: number, request: string): Promise<string> => {
    const client = new RawClient(connect({ port, host: '127.0.0.1', servername: 'a.test', rejectUnauthorized: false }));
    client.send(request);
    return head(await client.end());
  };
  const HSTS = 'Strict-Transport-Security: max-age=31536000; includeSubDomains';

  test('is on every answer over TLS, instead of what the upstream says', async () => {
    const { proxy, http } = await serve(
      [],
      'HTTP/1.1 200 OK\r\nstrict-transport-security: max-age=1\r\nX-A: a\r\nDate: now\r\nContent-Length: 0\r\n\r\n',
      true,
    );
    const https = portOf(proxy.addresses().https[0]);
    expect(await ask(https, GET)).toBe(
      `HTTP/1.1 200 OK\r\nX-A: a\r\nDate: now\r\nContent-Length: 0\r\n${HSTS}\r\nConnection: close\r\n\r\n`,
    );
    expect(await ask(https, 'NONSENSE\r\n\r\n')).toContain(`\r\n${HSTS}\r\n`);
    expect(await ask(https, 'TRACE / HTTP/1.1\r\nHost: a.test\r\n\r\n')).toContain(`\r\n${HSTS}\r\n`);
    expect(await exchange(http, GET)).toContain('\r\nstrict-transport-security: max-age=1\r\n');
    expect(await exchange(http, 'NONSENSE\r\n\r\n')).not.toMatch(/strict-transport/i);
  });
});
