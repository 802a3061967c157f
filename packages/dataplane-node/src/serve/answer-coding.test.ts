import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { Compression } from '@sluice/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { chunksOf } from './testing/chunks.ts';
import { brotli, compressing, gzip } from './testing/compressing.ts';
import { exchange } from './testing/raw-client.ts';
import { httpPort, TestBench } from './testing/test-proxy.ts';

let bench: TestBench;
beforeEach(() => {
  bench = new TestBench();
});
afterEach(() => bench.close());

const TEXT = 'over and over again, '.repeat(50);
const PLAIN = `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${TEXT.length}\r\n`;
const asking = (accepted: string, line = 'GET / HTTP/1.1', more = ''): string =>
  `${line}\r\nHost: a.test\r\nConnection: close\r\nAccept-Encoding: ${accepted}\r\n${more}\r\n`;

interface Got {
  readonly head: string;
  readonly coding: string | undefined;
  readonly body: string;
}

async function relayed(answer: string, request = asking('gzip'), compression: Compression = { gzip }, annotations = {}): Promise<Got> {
  const port = await bench.canned(answer);
  const proxy = await bench.proxy({ generation: compressing(port, compression, annotations) });
  const text = await exchange(httpPort(proxy), request);
  const at = text.indexOf('\r\n\r\n') + 4;
  const head = text.slice(0, at);
  const coding = /\r\nContent-Encoding: *(.*)\r\n/i.exec(head)?.[1];
  return { head, coding, body: decoded(coding, text.slice(at)) };
}

function decoded(coding: string | undefined, body: string): string {
  if (coding !== 'gzip' && coding !== 'br') return body;
  const { data, complete } = chunksOf(body);
  expect(complete).toBe(true);
  return (coding === 'gzip' ? gunzipSync(data) : brotliDecompressSync(data)).toString('latin1');
}

const VARY = /\r\nVary: Accept-Encoding\r\n/;

describe('a compressed answer', () => {
  test('has another head and the same content', async () => {
    const lines = 'ETag: "x"\r\nAccept-Ranges: bytes\r\nDate: now\r\nX: 1\r\n';
    const { head, body } = await relayed(`${PLAIN}${lines}\r\n${TEXT}`);
    expect(head).toBe(
      'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nETag: W/"x"\r\nDate: now\r\nX: 1\r\nConnection: close\r\nVary: Accept-Encoding\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    expect(body).toBe(TEXT);
  });

  test.each([
    ['weak stays', 'W/"x"', /\r\nETag: W\/"x"\r\n/],
    ['without quotes goes', 'x', /^(?![\s\S]*etag)/i],
  ])('has a tag: %s', async (_name, tag, expected) => {
    expect((await relayed(`${PLAIN}ETag: ${tag}\r\n\r\n${TEXT}`)).head).toMatch(expected);
  });

  test.each([
    [
      'chunked',
      `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\nTrailer: T\r\n\r\n3\r\nabc\r\n2;x\r\nde\r\n0\r\nT: 1\r\n\r\n`,
    ],
    ['until the end', 'HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nabcde'],
  ])('may come %s', async (_name, answer) => {
    const { coding, head, body } = await relayed(answer);
    expect([coding, body]).toEqual(['gzip', 'abcde']);
    expect(head).not.toMatch(/trailer/i);
    expect(head.match(/transfer-encoding/gi)).toHaveLength(1);
  });

  test('may be one of our own', async () => {
    const { coding, body } = await relayed(PLAIN, asking('gzip'), { gzip }, { 'denylist-source-range': '127.0.0.0/8' });
    expect(coding).toBe('gzip');
    expect(body).toMatch(/403 Forbidden.*<\/html>\r\n$/s);
  });
});

describe('what is compressed', () => {
  const typed = (type: string): string => `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nContent-Length: ${TEXT.length}\r\n\r\n${TEXT}`;
  const status = (line: string): string => `HTTP/1.1 ${line}\r\nContent-Type: text/plain\r\nContent-Length: ${TEXT.length}\r\n\r\n${TEXT}`;
  test.each([
    [typed('text/html')],
    [typed('TEXT/Plain; charset=utf-8')],
    [status('403 Forbidden')],
    [status('404 Not Found')],
    [`${PLAIN}Content-Encoding:\r\n\r\n${TEXT}`],
  ])('is %j', async (answer) => {
    const { coding, head, body } = await relayed(answer);
    expect([coding, body]).toEqual(['gzip', TEXT]);
    expect(head).toMatch(VARY);
  });

  test.each([
    [typed('image/png')],
    [typed('text/plain; format=flowed')],
    [`HTTP/1.1 200 OK\r\nContent-Length: ${TEXT.length}\r\n\r\n${TEXT}`],
    [status('201 Created')],
    [status('206 Partial Content')],
    [status('500 Internal Server Error')],
    [`${PLAIN}Content-Encoding: deflate\r\n\r\n${TEXT}`],
  ])('is not %j', async (answer) => {
    const { head, body } = await relayed(answer);
    expect(body).toBe(TEXT);
    expect(head).not.toMatch(VARY);
  });

  test('is nothing short', async () => {
    const answer = (length: number): string =>
      `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${length}\r\n\r\n${'x'.repeat(length)}`;
    expect((await relayed(answer(19))).coding).toBeUndefined();
    expect((await relayed(answer(20))).coding).toBe('gzip');
  });

  test('is no answer to HEAD', async () => {
    const { head, body } = await relayed(`${PLAIN}\r\n`, asking('gzip', 'HEAD / HTTP/1.1'));
    expect(head).toMatch(/\r\nContent-Length: 1050\r\n/);
    expect([head.includes('Vary'), body]).toEqual([false, '']);
  });

  test('is nothing for HTTP/1.0', async () => {
    const { head, body } = await relayed(`${PLAIN}\r\n${TEXT}`, asking('gzip', 'GET / HTTP/1.0'));
    expect(head).toMatch(VARY);
    expect(body).toBe(TEXT);
  });
});

describe('who gets it', () => {
  const both = { gzip, brotli };
  test.each([
    ['gzip', both, 'gzip'],
    ['br', both, 'br'],
    ['gzip, deflate, br', both, 'br'],
    ['br;q=0, gzip', both, 'gzip'],
    ['br; q=0.000', { brotli }, undefined],
    ['br;level=1', { brotli }, 'br'],
    ['br;q=2', { brotli }, 'br'],
    ['gzip, br;q=0.001', both, 'br'],
    ['brotli, gzip', both, 'gzip'],
    ['br', { gzip }, undefined],
    ['GZIP', { gzip }, 'gzip'],
    ['deflate,gzip;q=1.000', { gzip }, 'gzip'],
    ['gzip;q=0.0', { gzip }, undefined],
    ['gzip; q=0.5, br', { gzip }, 'gzip'],
    ['gzip;q=2', { gzip }, undefined],
    ['gzipped', { gzip }, undefined],
    ['x-gzip', { gzip }, undefined],
    ['*', both, undefined],
    ['identity', both, undefined],
  ])('%s', async (accepted, compression, expected) => {
    const { coding, head, body } = await relayed(`${PLAIN}\r\n${TEXT}`, asking(accepted), compression);
    expect([coding, body]).toEqual([expected, TEXT]);
    expect(head).toMatch(VARY);
  });

  test('is nobody whose user agent is disabled', async () => {
    const compression = { gzip: { ...gzip, disabled: 'old(agent)?/1' } };
    const of = (agent: string): Promise<Got> =>
      relayed(`${PLAIN}\r\n${TEXT}`, asking('gzip', undefined, `User-Agent: ${agent}\r\n`), compression);
    expect((await of('An OldAgent/1.0')).coding).toBeUndefined();
    expect((await of('New/1')).coding).toBe('gzip');
  });

  test('is asked of each coding by itself', async () => {
    const compression = { gzip, brotli: { ...brotli, minBytes: 100_000 } };
    expect((await relayed(`${PLAIN}\r\n${TEXT}`, asking('gzip, br'), compression)).coding).toBe('gzip');
  });
});
