import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hostTo, ingressClass, served } from './manifest.ts';
import { backends, needing, programOf } from './proxy-programs.ts';
import { RunningSluice } from './running-sluice.ts';
import { TemporaryFolder } from './temporary-folder.ts';

const LONG = 'a line that comes again and again\n'.repeat(200);

interface Answer {
  readonly encoding: string | undefined;
  readonly vary: string | undefined;
  readonly body: Buffer;
}

describe.each(backends)('settings about compression by %s', (backend) => {
  const { skip, title } = needing(programOf(backend), 'real traffic');
  /** The path is the media type; under `/slow` the second half comes when the test says so. */
  let goOn: () => void = () => undefined;
  const upstream = createServer(({ url = '' }, response) => {
    response.setHeader('Content-Type', url.includes('slow') ? 'text/plain' : url.slice(1));
    if (!url.includes('slow')) return void response.end(LONG);
    response.write(LONG);
    goOn = () => void response.end(LONG);
  });
  let folder: TemporaryFolder;
  let sluice: RunningSluice;

  beforeAll(async () => {
    upstream.listen(0, '127.0.0.1');
    await once(upstream, 'listening');
  });

  afterAll(() => void upstream.close());

  beforeEach(() => {
    folder = new TemporaryFolder();
    const { port } = upstream.address() as AddressInfo;
    folder.writeObjects('manifests/web.yaml', [ingressClass(), ...served('web', port), hostTo('web.test', 'web')]);
  });

  afterEach(async () => {
    await sluice?.kill();
    folder.remove();
  });

  const say = (data: Readonly<Record<string, string>>, host: string): void =>
    folder.writeObjects('manifests/settings.yaml', [
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'default' }, data },
      hostTo(host, 'web'),
    ]);
  const start = async (data: Readonly<Record<string, string>>): Promise<void> => {
    say(data, 'a.test');
    sluice = await RunningSluice.serving(folder.at('manifests'), folder.at('data'), [
      '--configmap',
      'default/settings',
      '--backend',
      backend,
    ]);
  };
  const ask = async (path: string, more: Readonly<Record<string, string>> = {}): Promise<IncomingMessage> => {
    const headers = { Host: 'web.test', 'Accept-Encoding': 'gzip, br', ...more };
    const sent = request({ port: sluice.ports.http, host: '127.0.0.1', path, headers, agent: false });
    sent.end();
    return ((await once(sent, 'response')) as [IncomingMessage])[0];
  };
  const answer = async (path: string, more: Readonly<Record<string, string>> = {}): Promise<Answer> => {
    const response = await ask(path, more);
    const parts: Buffer[] = [];
    for await (const part of response) parts.push(part as Buffer);
    return { encoding: response.headers['content-encoding'], vary: response.headers.vary, body: Buffer.concat(parts) };
  };

  test.skipIf(skip || backend === 'node')(`${title}: what is compressed, and for whom`, async () => {
    await start({ 'use-gzip': 'true', 'gzip-types': 'text/plain', 'gzip-disable': 'oldagent' });
    const { encoding, vary, body } = await answer('/text/plain');
    expect([encoding, vary]).toEqual(['gzip', 'Accept-Encoding']);
    expect(gunzipSync(body).toString()).toBe(LONG);
    expect((await answer('/text/html')).encoding).toBe('gzip');
    expect((await answer('/image/png')).encoding).toBeUndefined();
    expect((await answer('/text/plain', { 'Accept-Encoding': 'identity' })).body.toString()).toBe(LONG);
    if (backend === 'nginx') expect((await answer('/text/plain', { 'User-Agent': 'OldAgent/1' })).encoding).toBeUndefined();
    say({}, 'b.test');
    await sluice.routes('b.test');
    expect((await answer('/text/plain')).encoding).toBeUndefined();
  });

  test.skipIf(skip || backend === 'node')(`${title}: answers are not held back`, async () => {
    await start({ 'use-gzip': 'true' });
    const response = await ask('/slow');
    await once(response, 'data');
    goOn();
    response.resume();
    await once(response, 'end');
    expect(response.headers['content-encoding']).toBe('gzip');
  });

  test.skipIf(skip)(`${title}: what is not done is told`, async () => {
    await start({ 'use-gzip': 'true', 'enable-brotli': 'true', 'gzip-types': 'text/plain; }' });
    const told = backend === 'node' ? ['SLU1510 use-gzip', 'SLU1510 enable-brotli'] : ['SLU1510 enable-brotli'];
    const findings = (await sluice.findings()).filter((one) => one.includes('ConfigMap'));
    const expected = [...told, 'SLU1603 gzip-types']
      .map((one) => one.replace(' ', ' ConfigMap default/settings data['))
      .map((one) => `${one}]`);
    expect(findings).toEqual(expected.toSorted());
    expect((await answer('/text/plain')).encoding).toBe(backend === 'node' ? undefined : 'gzip');
  });
});
