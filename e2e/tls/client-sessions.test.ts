import { once } from 'node:events';
import { connect } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EchoUpstream } from '../echo-upstream.ts';
import { configMap, hostTo, ingress, ingressClass, served, tlsSecret } from '../manifest.ts';
import { exchangeBytes, parseAnswer } from '../raw-request.ts';
import { RunningSluice } from '../running-sluice.ts';
import { TemporaryFolder } from '../temporary-folder.ts';
import { issue } from './issued.ts';
import type { Issued } from './issued.ts';
import { tlsTargets } from './targets.ts';

const versions = ['TLSv1.2', 'TLSv1.3'] as const;
const [OWN, OTHER] = ['own.test', 'other.test'];

interface Talk {
  /** Status of the answer; 0 for none. */
  readonly status: number;
  readonly session: Buffer | undefined;
}

/** A connection with a request for the name that it is for. */
async function talk(port: number, servername: string, options: ConnectionOptions): Promise<Talk> {
  const socket = connect({ port, host: '127.0.0.1', servername, rejectUnauthorized: false, ...options });
  let session: Buffer | undefined;
  socket.on('session', (ticket: Buffer) => (session = ticket));
  try {
    await once(socket, 'secureConnect');
    const answer = await exchangeBytes(socket, `GET / HTTP/1.1\r\nHost: ${servername}\r\nConnection: close\r\n\r\n`);
    return { status: parseAnswer(answer).status, session };
  } catch {
    return { status: 0, session };
  } finally {
    socket.destroy();
  }
}

let upstream: EchoUpstream;
let authorities: readonly [Issued, Issued];
let pair: Issued;
let client: Issued;

beforeAll(async () => {
  upstream = await EchoUpstream.start('web');
  authorities = [await issue({ subject: 'CN=A', authority: true }), await issue({ subject: 'CN=B', authority: true })];
  pair = await issue({ names: [OWN, OTHER] });
  client = await issue({ subject: 'CN=client of A', by: authorities[0] });
});
afterAll(() => upstream.close());

const checked = (host: string, secret: string): object =>
  ingress({
    name: secret,
    rules: [{ host, paths: [{ service: 'web' }] }],
    tls: [{ hosts: [host], secretName: 'tls' }],
    annotations: { 'nginx.ingress.kubernetes.io/auth-tls-secret': `default/${secret}` },
  });

const authority = (name: string, { cert }: Issued): object => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { namespace: 'default', name },
  stringData: { 'ca.crt': cert },
});

describe.each(tlsTargets.map((target) => [target.name, target] as const))(
  'sessions with certificates of clients on %s',
  (_name, target) => {
    const folder = new TemporaryFolder();
    let sluice: RunningSluice;

    function say(own: Issued, ...more: readonly object[]): void {
      folder.writeObjects('manifests/hosts.yaml', [
        ingressClass(),
        ...served('web', upstream.port),
        tlsSecret('tls', pair),
        checked(OWN, 'own'),
        checked(OTHER, 'other'),
        authority('own', own),
        authority('other', authorities[1]),
        configMap('settings', { 'ssl-session-tickets': 'true', 'ssl-session-ticket-key': Buffer.alloc(80, 'k').toString('base64') }),
        ...more,
      ]);
    }

    beforeAll(async () => {
      if (target.skip) return;
      say(authorities[0]);
      const flags = [...target.flags(folder), '--configmap', 'default/settings'];
      sluice = await RunningSluice.serving(folder.at('manifests'), folder.at('data'), flags);
    });
    afterAll(async () => {
      await sluice?.kill();
      folder.remove();
    });

    /** What a client of the one authority is answered, and the session that it gets. */
    async function sessionOf(version: (typeof versions)[number]): Promise<ConnectionOptions> {
      const only = { minVersion: version, maxVersion: version };
      const { status, session } = await talk(sluice.ports.https, OWN, { ...only, cert: client.cert, key: client.key });
      expect([version, status]).toEqual([version, 200]);
      return { ...only, ...(session && { session }) };
    }

    test.skipIf(target.skip).each(versions)('of one host do not count for another: %s', async (version) => {
      const resumed = await sessionOf(version);
      expect((await talk(sluice.ports.https, OTHER, resumed)).status).not.toBe(200);
    });

    test.skipIf(target.skip)('do not count any more when the authority is another one', async () => {
      const sessions = [await sessionOf('TLSv1.2'), await sessionOf('TLSv1.3')];
      say(authorities[1], hostTo('later.test', 'web'));
      await sluice.routes('later.test');
      for (const resumed of sessions)
        expect((await talk(sluice.ports.https, OWN, { ...resumed, cert: client.cert, key: client.key })).status).not.toBe(200);
    });
  },
);
