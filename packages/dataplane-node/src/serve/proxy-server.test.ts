import { afterEach, beforeEach, expect, test } from 'vitest';
import { exchange, RawClient } from './testing/raw-client.ts';
import { generation, local } from './testing/routing-fixture.ts';
import { httpPort, TestBench } from './testing/test-proxy.ts';

let bench: TestBench;
beforeEach(() => {
  bench = new TestBench();
});
afterEach(() => bench.close());

test('forwards a request and adds what ingress-nginx adds', async () => {
  const { port } = await bench.http((request, response) => response.end(JSON.stringify({ url: request.url, headers: request.rawHeaders })));
  const proxy = await bench.proxy({ generation: generation({ 'a.test': { endpoints: [local(port)] } }) });
  const answer = await exchange(httpPort(proxy), 'GET //x/../y%2F?q=1 HTTP/1.1\r\nHost: A.test:80\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nX_Under: 1\r\nX-Forwarded-For: 1.2.3.4\r\nAccept: */*\r\n\r\n');
  console.log(answer);
  expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
});

test('keep-alive and pipelining', async () => {
  let connections = 0;
  const { port, server } = await bench.http((request, response) => response.end(request.url));
  server.on('connection', () => connections++);
  const proxy = await bench.proxy({ generation: generation({ 'a.test': { endpoints: [local(port)] } }) });
  const client = RawClient.to(httpPort(proxy));
  client.send('GET /1 HTTP/1.1\r\nHost: a.test\r\n\r\nGET /2 HTTP/1.1\r\nHost: b.test\r\n\r\nGET /3 HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n');
  const all = await client.end();
  console.log(all);
  expect(connections).toBe(1);
});
