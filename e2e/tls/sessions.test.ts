import { once } from 'node:events';
import { connect } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EchoUpstream } from '../echo-upstream.ts';
import { ingress, ingressClass, served, tlsSecret } from '../manifest.ts';
import { exchangeBytes } from '../raw-request.ts';
import { RunningSluice } from '../running-sluice.ts';
import { TemporaryFolder } from '../temporary-folder.ts';
import { issue } from './issued.ts';
import type { Issued } from './issued.ts';
import { tlsTargets } from './targets.ts';

const HOST = 'sessions.test';
const versions = ['TLSv1.2', 'TLSv1.3'] as const;

interface Talk {
  readonly reused: boolean;
  readonly alpn: string | false | null;
  readonly fingerprint: string | undefined;
  readonly session: Buffer | undefined;
}

/** A connection with a request over HTTP/1.1. */
async function talk(port: number, options: ConnectionOptions = {}): Promise<Talk> {
  const socket = connect({ port, host: '127.0.0.1', servername: HOST, rejectUnauthorized: false, ...options });
  let session: Buffer | undefined;
  socket.on('session', (ticket: Buffer) => (session = ticket));
  await once(socket, 'secureConnect');
  const [reused, alpn] = [socket.isSessionReused(), socket.alpnProtocol];
  const fingerprint = socket.getPeerX509Certificate()?.fingerprint256;
  if (alpn === 'h2') socket.destroy();
  else await exchangeBytes(socket, `GET / HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`);
  return { reused, alpn, fingerprint, session };
}

let upstream: EchoUpstream;
let pair: Issued;

beforeAll(async () => {
  upstream = await EchoUpstream.start('web');
  pair = await issue({ names: [HOST] });
});
afterAll(() => upstream.close());

describe.each(tlsTargets.map((target) => [target.name, target] as const))('TLS of clients on %s', (_name, target) => {
  const folder = new TemporaryFolder();
  let sluice: RunningSluice;

  beforeAll(async () => {
    if (target.skip) return;
    folder.writeObjects('manifests/host.yaml', [
      ingressClass(),
      ...served('web', upstream.port),
      ingress({ name: 'host', rules: [{ host: HOST, paths: [{ service: 'web' }] }], tls: [{ hosts: [HOST], secretName: 'tls' }] }),
      tlsSecret('tls', pair),
    ]);
    sluice = await RunningSluice.serving(folder.at('manifests'), folder.at('data'), target.flags(folder));
  });
  afterAll(async () => {
    await sluice?.kill();
    folder.remove();
  });

  test.skipIf(target.skip)('a session is taken up again by whoever serves, also after a change of hosts', async () => {
    for (const version of versions) {
      const only = { minVersion: version, maxVersion: version };
      const { session, reused } = await talk(sluice.ports.https, only);
      expect([version, reused]).toEqual([version, false]);
      for (let again = 0; again < 8; again++) {
        // A ticket of TLS 1.3 is good once where the server remembers it.
        const { session: next } = version === 'TLSv1.3' ? await talk(sluice.ports.https, only) : { session };
        expect([version, (await talk(sluice.ports.https, { ...only, ...(next && { session: next }) })).reused]).toEqual([version, true]);
      }
    }
    const before = await talk(sluice.ports.https, { maxVersion: 'TLSv1.2' });
    folder.writeObjects('manifests/more.yaml', [ingress({ name: 'more', rules: [{ host: 'more.test', paths: [{ service: 'web' }] }] })]);
    await sluice.routes('more.test');
    const after = await talk(sluice.ports.https, { maxVersion: 'TLSv1.2', ...(before.session && { session: before.session }) });
    expect(after.reused).toBe(true);
  });

  test.skipIf(target.skip)('HTTP/2 is agreed on where the backend speaks it', async () => {
    const h2 = target.backend === 'node' ? 'http/1.1' : 'h2';
    expect((await talk(sluice.ports.https, { ALPNProtocols: ['h2', 'http/1.1'] })).alpn).toBe(h2);
    expect((await talk(sluice.ports.https, { ALPNProtocols: ['http/1.1'] })).alpn).toBe('http/1.1');
    expect((await talk(sluice.ports.https)).alpn).toBe(false);
  });

  test.skipIf(target.skip)('a client that knows no elliptic curves in certificates is never shown another one', async () => {
    for (const version of versions) {
      const options = { minVersion: version, maxVersion: version, sigalgs: 'rsa_pss_rsae_sha256:rsa_pkcs1_sha256' };
      const shown = await talk(sluice.ports.https, options).then(
        ({ fingerprint }) => fingerprint === pair.fingerprint,
        () => 'no handshake',
      );
      expect([version, shown]).toEqual([version, 'no handshake']);
    }
  });
});
