import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { brotliDecompressSync, constants, gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { backends, needing, programOf } from './proxy-programs.ts';
import { Site } from './site.ts';
import { listenLocally, portOf } from './socket-port.ts';

/** Nothing makes it shorter. */
const NOISE = randomBytes(100_000);
const NOISES = 500;

const LONG = 'a line that comes again and again\n'.repeat(200);

interface Answer {
  readonly encoding: string | undefined;
  readonly vary: string | undefined;
  readonly body: Buffer;
}

describe.each(backends)('settings about compression by %s', (backend) => {
  const { skip, title } = needing(programOf(backend), 'real traffic');
  /** The path is the media type; under `/slow` another piece comes when the test says so, and `/large` are 50 MB. */
  let goOn: (piece?: string) => void = () => undefined;
  let written = 0;
  const upstream = createServer(({ url = '' }, response) => {
    const spoken = url === '/slow' || url === '/large';
    response.setHeader('Content-Type', spoken ? 'text/plain' : url.slice(1).replace('?charset', ';charset=utf-8'));
    if (url === '/large') large(response);
    else if (url === '/slow') response.write('0');
    else response.setHeader('ETag', '"one"').end(LONG);
    goOn = (piece) => void (piece === undefined ? response.end() : response.write(piece));
  });
  const large = (response: ServerResponse): void => {
    while (written < NOISES) {
      written++;
      if (!response.write(NOISE)) return void response.once('drain', () => large(response));
    }
    response.end();
  };
  let site: Site;

  beforeAll(() => listenLocally(upstream));

  afterAll(() => void upstream.close());

  beforeEach(() => {
    site = new Site(portOf(upstream), backend);
  });

  afterEach(() => site.close());

  const ask = async (path: string, more: Readonly<Record<string, string>> = {}): Promise<IncomingMessage> => {
    const headers = { Host: 'shop.test', 'Accept-Encoding': 'gzip, br', ...more };
    const sent = request({ port: site.sluice.ports.http, host: '127.0.0.1', path, headers, agent: false });
    sent.end();
    return ((await once(sent, 'response')) as [IncomingMessage])[0];
  };
  const answer = async (path: string, more: Readonly<Record<string, string>> = {}): Promise<Answer> => {
    const response = await ask(path, more);
    const parts: Buffer[] = [];
    for await (const part of response) parts.push(part as Buffer);
    return { encoding: response.headers['content-encoding'], vary: response.headers.vary, body: Buffer.concat(parts) };
  };

  test.skipIf(skip)(`${title}: what is compressed, and for whom`, async () => {
    await site.serveWith({ 'use-gzip': 'true', 'gzip-types': 'text/plain', 'gzip-disable': 'oldagent' });
    const { encoding, vary, body } = await answer('/text/plain');
    expect([encoding, vary]).toEqual(['gzip', 'Accept-Encoding']);
    expect(gunzipSync(body).toString()).toBe(LONG);
    expect((await answer('/text/html')).encoding).toBe('gzip');
    expect((await answer('/image/png')).encoding).toBeUndefined();
    expect((await answer('/text/plain', { 'Accept-Encoding': 'identity' })).body.toString()).toBe(LONG);
    if (backend !== 'haproxy') expect((await answer('/text/plain', { 'User-Agent': 'OldAgent/1' })).encoding).toBeUndefined();
    await site.changeTo({});
    expect((await answer('/text/plain')).encoding).toBeUndefined();
  });

  const whole: Readonly<Record<string, (parts: readonly Buffer[]) => Buffer>> = {
    gzip: (parts) => gunzipSync(Buffer.concat(parts), { finishFlush: constants.Z_SYNC_FLUSH }),
    br: (parts) => brotliDecompressSync(Buffer.concat(parts), { finishFlush: constants.BROTLI_OPERATION_FLUSH }),
  };
  test.skipIf(skip).each(backend === 'haproxy' ? ['gzip'] : ['gzip', 'br'])(`${title}: answers are not held back by %s`, async (coding) => {
    await site.serveWith({ 'use-gzip': 'true', 'enable-brotli': 'true' });
    const response = await ask('/slow', { 'Accept-Encoding': coding });
    expect(response.headers['content-encoding']).toBe(coding);
    const parts: Buffer[] = [];
    response.on('data', (part: Buffer) => parts.push(part));
    const end = once(response, 'end');
    const read = (): string | undefined => whole[coding]?.(parts).toString();
    // HAProxy keeps the end of a piece until the next one comes.
    const has = (pieces: number): boolean => parts.length > 0 && (backend === 'haproxy' || read()?.length === pieces);
    for (const next of ['1', '2', undefined]) {
      while (!has(Number(next ?? 3))) await once(response, 'data');
      goOn(next);
    }
    await end;
    expect(read()).toBe('012');
  });

  test.skipIf(skip)(`${title}: a client that does not read makes the upstream wait`, async () => {
    await site.serveWith({ 'use-gzip': 'true' });
    written = 0;
    const response = await ask('/large');
    let before = -1;
    while (before !== written) {
      before = written;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    // The rest is in buffers of the system, which take some megabytes, or in the proxy.
    expect(written).toBeLessThan(NOISES / 2);
    const parts: Buffer[] = [];
    for await (const part of response) parts.push(part as Buffer);
    const whole = gunzipSync(Buffer.concat(parts));
    expect(whole.length).toBe(NOISES * NOISE.length);
    expect(whole.subarray(-NOISE.length).equals(NOISE)).toBe(true);
  });

  if (backend !== 'haproxy')
    test.skipIf(skip)(`${title}: what clients ask for is understood as nginx does`, async () => {
      await site.serveWith({ 'use-gzip': 'true', 'gzip-types': 'text/plain' });
      const of = async (path: string, accepted: string): Promise<string> => {
        const { headers } = await ask(path, { 'Accept-Encoding': accepted }).then((response) => response.resume());
        return [headers['content-encoding'] ?? '-', headers.vary ?? '-', headers.etag].join(' ');
      };
      const [coded, bare, untouched] = ['gzip Accept-Encoding W/"one"', '- Accept-Encoding "one"', '- - "one"'];
      for (const accepted of [
        'gzip',
        'GZip',
        'br, gzip',
        'deflate,gzip;q=0.5',
        'gzip; q=1.000',
        'gzip ;q=0.001',
        'gzip;q=1, x',
        'gzip;q=1.',
      ])
        expect([accepted, await of('/text/plain', accepted)]).toEqual([accepted, coded]);
      const refusing = [
        '*',
        'x-gzip',
        'gzipped',
        'gzip;q=0',
        'gzip;q=0.000',
        'gzip;q=2',
        'gzip;q=0.0001',
        'gzip;q=1.1',
        'gzip;level=1',
        'gzip;q',
        '',
      ];
      for (const accepted of refusing) expect([accepted, await of('/text/plain', accepted)]).toEqual([accepted, bare]);
      expect(await of('/text/plain?charset', 'gzip')).toBe(coded);
      expect(await of('/TEXT/Plain', 'gzip')).toBe(coded);
      expect(await of('/text/plain;format=flowed', 'gzip')).toBe(untouched);
      expect(await of('/image/png', 'gzip')).toBe(untouched);
    });

  if (backend !== 'haproxy')
    test.skipIf(skip)(`${title}: brotli comes before gzip`, async () => {
      await site.serveWith({ 'use-gzip': 'true', 'enable-brotli': 'true' });
      const { encoding, vary, body } = await answer('/text/plain');
      expect([encoding, vary, brotliDecompressSync(body).toString()]).toEqual(['br', 'Accept-Encoding', LONG]);
      expect((await answer('/text/plain', { 'Accept-Encoding': 'gzip' })).encoding).toBe('gzip');
      expect((await answer('/image/png')).encoding).toBeUndefined();
      await site.changeTo({ 'enable-brotli': 'true', 'brotli-types': 'image/png', 'brotli-min-length': '100', 'brotli-level': '1' });
      expect((await answer('/image/png')).encoding).toBe('br');
      const { encoding: other, vary: told } = await answer('/image/png', { 'Accept-Encoding': 'gzip' });
      expect([other, told]).toEqual([undefined, 'Accept-Encoding']);
      expect((await answer('/text/plain')).encoding).toBeUndefined();
    });

  test.skipIf(skip)(`${title}: what is not done is told`, async () => {
    await site.serveWith({ 'use-gzip': 'true', 'enable-brotli': 'true', 'gzip-types': 'text/plain; }' });
    const findings = (await site.sluice.findings()).filter((one) => one.includes('ConfigMap'));
    const told = { node: [], nginx: [], haproxy: ['SLU1509 use-gzip', 'SLU1510 enable-brotli'] }[backend];
    const expected = [...told, 'SLU1603 gzip-types']
      .map((one) => one.replace(' ', ' ConfigMap default/settings data['))
      .map((one) => `${one}]`);
    expect(findings).toEqual(expected.toSorted());
    expect((await answer('/text/plain')).encoding).toBe(backend === 'haproxy' ? 'gzip' : 'br');
  });
});
