import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bencode, binary, builtIn, canonicalHost, expandVariables } from '@sluice/core';
import type { RoutedRequest, Route, VariableText, VirtualHost } from '@sluice/core';
import { upstream } from './live-model.ts';
import { hasLua, LiveServer } from './live-server.ts';

const http = `
  server_name texts.test;
  set $sluice_namespace shop; set $sluice_ingress_name page;
  location / { content_by_lua_block {
    local parts = require("sluice.bencode").decode(ngx.decode_base64(ngx.var.http_x_text))
    local upstream = { namespace = "shop", service = "web", port = "80" }
    ngx.print(require("sluice.text").fill(require("sluice.route").request(upstream), parts)) } }`;

const VARIABLES =
  'args query_string is_args host http_host best_http_host uri document_uri request_uri escaped_request_uri request_method scheme ' +
  'pass_access_scheme remote_addr the_real_ip binary_remote_addr server_port server_name namespace ingress_name service_name service_port ' +
  'proxy_upstream_name proxy_host content_type content_length proxy_add_x_forwarded_for http_x_one http_none arg_a arg_B arg_none cookie_c ' +
  'cookie_C cookie_none 1 unknown';

const from = { object: { kind: 'Ingress', namespace: 'shop', name: 'page' }, field: '' };
const route: Route = { match: { kind: 'prefix', path: '/' }, action: { kind: 'forward', upstream: 'shop/web:80' }, policies: [], from };
const host: VirtualHost = { name: 'texts.test', match: { kind: 'exact', name: 'texts.test' }, routes: [route], from: builtIn };

describe.skipIf(!hasLua)('texts with variables in Lua', () => {
  let server: LiveServer;
  const headers = {
    host: 'Texts.Test:81',
    'x-one': '1',
    cookie: 'd; C=big;  c = small ; c=second',
    'x-forwarded-for': '10.0.0.1',
    'content-type': 'text/x',
  };

  beforeAll(async () => {
    server = await LiveServer.start({ http, more: 'map $server_port $sluice_port { default $server_port; }' });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  async function inNginx(text: VariableText, target: string): Promise<string> {
    const parts = text.map((part) => (typeof part === 'string' ? binary(part) : [part.variable]));
    const encoded = Buffer.from(bencode(parts), 'latin1').toString('base64');
    return (await server.get(target, { ...headers, 'x-text': encoded })).body;
  }

  function inCore(text: VariableText, target: string): string {
    const request: RoutedRequest = {
      secure: false,
      port: server.port,
      httpsPort: 443,
      method: 'GET',
      host: headers.host,
      target,
      clientAddress: '127.0.0.1',
      draw: 0,
      requestId: '',
      bodyBytes: 0,
      header: (name) => (headers as Readonly<Record<string, string>>)[name],
    };
    const path = target.replace(/[?#].*/, '');
    return expandVariables(text, { request, host, route, upstream: upstream('web', []), path, requestId: '' });
  }

  test.each(['/a/b', '/a?A=1&b=2', "/x!*'()~/?b&a=&a=3&B=%20x", '/?'])('are what the evaluator makes of them: %s', async (target) => {
    expect(canonicalHost(headers.host)).toBe('texts.test');
    for (const variable of VARIABLES.split(' ')) {
      const text = ['<', { variable }, '>'];
      expect(`${variable} ${await inNginx(text, target)}`).toBe(`${variable} ${inCore(text, target)}`);
    }
  });

  test('are cut off where they get too long', async () => {
    const text = Array.from({ length: 900 }, () => ({ variable: 'http_x_one' }));
    const long = [...text, 'x'.repeat(900), ...text];
    expect(await inNginx(long.slice(0, 200), '/')).toBe('1'.repeat(200));
    const many = Array.from({ length: 300 }, () => ({ variable: 'arg_a' }));
    const target = `/?a=${'y'.repeat(200)}`;
    const expanded = await inNginx(many, target);
    expect(expanded).toBe(inCore(many, target));
    expect(expanded.length).toBe(32_768);
  });

  test('the request has an id', async () => {
    expect(await inNginx([{ variable: 'req_id' }], '/')).toMatch(/^[0-9a-f]{32}$/);
  });
});
