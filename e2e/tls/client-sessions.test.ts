import { once } from 'node:events';
import { connect } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EchoUpstream } from '../echo-upstream.ts';
import { configMap, hostTo, ingress, ingressClass, served, tlsSecret } from '../manifest.ts';
import { exchangeBytes, parseAnswer } from '../raw-request.ts';
import { RunningSluice } from '../running-sluice.ts';
import { TemporaryFolder } from '../temporary-folder.ts';
import { untilTrue } from '../until.ts';
import { issue } from './issued.ts';
import type { Issued } from './issued.ts';
import { tlsTargets } from './targets.ts';

const versions = ['TLSv1.2', 'TLSv1.3'] as const;
const [OWN, OTHER, PLAIN] = ['own.test', 'other.test', 'plain.test'];

const only = (version: (typeof versions)[number]): ConnectionOptions => ({ minVersion: version, maxVersion: version });

interface Talk {
  /** Status of the answer; 0 for none. */
  readonly status: number;
  /** Whether a session was taken up again. */
  readonly reused: boolean;
  readonly session: Buffer | undefined;
}

/** What Node writes before a session, then the name that it was got for with its length: it would not offer it to another one. */
const OF_NODE = Buffer.from('\0nodejs:tls:session:1\0');

/** A session as OpenSSL has it, which may be offered for any name. */
function bareSession(session: Buffer): Buffer {
  const wrapped = session.subarray(0, OF_NODE.length).equals(OF_NODE);
  const bare = wrapped ? session.subarray(OF_NODE.length + 2 + session.readUInt16BE(OF_NODE.length)) : session;
  // A SEQUENCE of DER.
  if (bare[0] !== 0x30) throw new Error('Node keeps sessions in another form');
  return bare;
}

/** Options that take up the session of a connection again, whatever name it is for. */
function withSession(version: (typeof versions)[number], { session }: Talk): ConnectionOptions {
  return { ...only(version), ...(session && { session: bareSession(session) }) };
}

/** A connection with a request for the name that it is for. */
async function talk(port: number, servername: string, options: ConnectionOptions): Promise<Talk> {
  const socket = connect({ port, host: '127.0.0.1', servername, rejectUnauthorized: false, ...options });
  let session: Buffer | undefined;
  let reused = false;
  socket.on('session', (ticket: Buffer) => (session = ticket));
  try {
    await once(socket, 'secureConnect');
    reused = socket.isSessionReused();
    const answer = await exchangeBytes(socket, `GET / HTTP/1.1\r\nHost: ${servername}\r\nConnection: close\r\n\r\n`);
    return { status: parseAnswer(answer).status, reused, session };
  } catch {
    return { status: 0, reused, session };
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

    function write(...hosts: readonly object[]): void {
      folder.writeObjects('manifests/hosts.yaml', [
        ingressClass(),
        ...served('web', upstream.port),
        tlsSecret('tls', pair),
        configMap('settings', { 'ssl-session-tickets': 'true', 'ssl-session-ticket-key': Buffer.alloc(80, 'k').toString('base64') }),
        ...hosts,
      ]);
    }

    function say(own: Issued, ...more: readonly object[]): void {
      const asking = [checked(OWN, 'own'), checked(OTHER, 'other')];
      write(...asking, authority('own', own), authority('other', authorities[1]), ...more);
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
      const first = await talk(sluice.ports.https, OWN, { ...only(version), cert: client.cert, key: client.key });
      expect([version, first.status]).toEqual([version, 200]);
      return withSession(version, first);
    }

    test.skipIf(target.skip).each(versions)('of one host do not count for another: %s', async (version) => {
      const resumed = await sessionOf(version);
      const there = await talk(sluice.ports.https, OTHER, resumed);
      expect(there.reused).toBe(false);
      expect(there.status).not.toBe(200);
    });

    test.skipIf(target.skip).each(versions)('are not taken up again where they began either: %s', async (version) => {
      const again = await talk(sluice.ports.https, OWN, { ...(await sessionOf(version)), cert: client.cert, key: client.key });
      expect([again.status, again.reused]).toEqual([200, false]);
    });

    test.skipIf(target.skip)('do not count any more when the authority is another one', async () => {
      const sessions = [await sessionOf('TLSv1.2'), await sessionOf('TLSv1.3')];
      say(authorities[1], hostTo('later.test', 'web'));
      await sluice.routes('later.test');
      for (const resumed of sessions)
        expect((await talk(sluice.ports.https, OWN, { ...resumed, cert: client.cert, key: client.key })).status).not.toBe(200);
    });

    test.skipIf(target.skip)('end, those of hosts without checks as well, when a host begins to ask', async () => {
      const { https } = sluice.ports;
      const [free, begun] = [hostTo(PLAIN, 'web'), hostTo('begun.test', 'web')];
      write(free);
      await untilTrue('a session to be taken up again', async () => {
        const { session } = await talk(https, PLAIN, {});
        return (await talk(https, PLAIN, { ...(session && { session }) })).reused;
      });
      const before = await Promise.all(versions.map(async (version) => withSession(version, await talk(https, PLAIN, only(version)))));
      say(authorities[0], free, begun);
      await sluice.routes('begun.test');
      // The Node data plane looks at each host alone: sessions of those that do not ask go on.
      for (const resumed of before) expect((await talk(https, PLAIN, resumed)).reused).toBe(target.backend === 'node');
      for (const resumed of before) expect((await talk(https, OWN, resumed)).status).not.toBe(200);
    });
  },
);
