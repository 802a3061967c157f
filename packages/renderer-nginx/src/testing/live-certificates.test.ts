import { connect } from 'node:tls';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KeyMaterial, builtIn, silentLogger } from '@sluice/core';
import type { Certificate } from '@sluice/core';
import { LiveChannel } from '../apply/live-channel.ts';
import { table } from './live-model.ts';
import { hasLua, LiveServer } from './live-server.ts';

/** A certificate `shop/ID` whose subject is `name`. */
async function certificate(id: string, name: string, keySize = 2048): Promise<Certificate> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], { keySize, algorithm: 'sha256' });
  const fingerprint = new KeyMaterial(cert).fingerprint;
  return {
    id: `shop/${id}`,
    chain: cert,
    privateKey: new KeyMaterial(key),
    fingerprint,
    names: [name],
    notBeforeMs: 0,
    notAfterMs: 0,
    from: builtIn,
  };
}

const DEFAULT = 'Kubernetes Ingress Controller Fake Certificate';

describe.skipIf(!hasLua)('live certificates of nginx', () => {
  let server: LiveServer;
  let channel: LiveChannel;

  beforeAll(async () => {
    // Hosts whose servers have no certificate of their own, and one that has a context for other reasons.
    const more = (port: number): string => `
      server { listen 127.0.0.1:${port} ssl; server_name a.test *.wild.test; location / { return 200 "$ssl_server_name $server_name"; } }
      server { listen 127.0.0.1:${port} ssl; server_name own.test; ssl_certificate default.crt; ssl_certificate_key default.key;
        ssl_session_cache off; ssl_certificate_by_lua_block { require("sluice.certificate").select() } }`;
    server = await LiveServer.start({ https: 'location / { return 200 default; }', workers: 2 });
    await server.reload('hosts', { https: 'location / { return 200 default; }', workers: 2, more: more(server.tlsPort) });
    channel = new LiveChannel({ socket: server.socket, stateFile: server.stateFile, logger: silentLogger });
  });
  afterAll(async () => {
    await channel.close();
    await server[Symbol.asyncDispose]();
  });

  /** The subject of the certificate that a name is served with. */
  function subject(servername: string | undefined, maxVersion: 'TLSv1.2' | 'TLSv1.3' = 'TLSv1.3'): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect({
        host: '127.0.0.1',
        port: server.tlsPort,
        rejectUnauthorized: false,
        maxVersion,
        ...(servername !== undefined && { servername }),
      });
      socket.once('error', reject);
      socket.once('secureConnect', () => {
        resolve(String(socket.getPeerCertificate().subject.CN));
        socket.destroy();
      });
    });
  }

  test('come by the name that the client asks for, and change without a reload', async () => {
    const [one, two, wild] = await Promise.all([certificate('a', 'one'), certificate('a', 'two'), certificate('wild', 'wild')]);
    expect(await subject('a.test')).toBe(DEFAULT);
    const hosts = { 'a.test': 'shop/a', 'own.test': 'shop/a', '*.wild.test': 'shop/wild', 'plain.wild.test': undefined };
    await channel.sync(table([], [one, wild], hosts));
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      expect(await subject('a.test', version)).toBe('one');
      expect(await subject('A.TEST', version)).toBe('one');
      expect(await subject('own.test', version)).toBe('one');
      expect(await subject('x.wild.test', version)).toBe('wild');
      expect(await subject('plain.wild.test', version)).toBe(DEFAULT);
      expect(await subject('x.y.wild.test', version)).toBe(DEFAULT);
      expect(await subject('unknown.test', version)).toBe(DEFAULT);
      expect(await subject(undefined, version)).toBe(DEFAULT);
    }
    await channel.sync(table([], [two, wild], hosts));
    for (let round = 0; round < 4; round++) expect([await subject('a.test'), await subject('own.test')]).toEqual(['two', 'two']);
    await channel.sync(table([], [wild], { 'a.test': 'shop/wild' }));
    for (let round = 0; round < 4; round++) expect([await subject('a.test'), await subject('x.wild.test')]).toEqual(['wild', DEFAULT]);
    await channel.sync(table([]));
    expect(await subject('a.test')).toBe(DEFAULT);
    expect(server.complaints).toEqual([]);
  });

  test('one that OpenSSL refuses leaves the default one', async () => {
    const weak = await certificate('weak', 'weak', 512);
    await channel.sync(table([], [weak], { 'weak.test': 'shop/weak' }));
    for (let round = 0; round < 4; round++) expect(await subject('weak.test')).toBe(DEFAULT);
    expect(server.log).toContain('the certificate shop/weak cannot be used');
  });

  test('one that cannot be read is served as the default one', async () => {
    const good = await certificate('a', 'good');
    await channel.sync(table([], [{ ...good, chain: 'nonsense' }], { 'a.test': 'shop/a' }));
    expect(await subject('a.test')).toBe(DEFAULT);
    await channel.sync(table([], [good], { 'a.test': 'shop/a' }));
    expect(await subject('a.test')).toBe('good');
  });
});
