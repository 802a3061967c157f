import { getDiffieHellman } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:tls';
import type { ConnectionOptions, SecureVersion } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EchoUpstream, echoOf } from '../echo-upstream.ts';
import { configMap, hostTo, ingress, ingressClass, served, tlsSecret } from '../manifest.ts';
import { exchangeBytes, get } from '../raw-request.ts';
import { RunningSluice } from '../running-sluice.ts';
import { TemporaryFolder } from '../temporary-folder.ts';
import { untilTrue } from '../until.ts';
import { issue } from './issued.ts';
import type { Issued } from './issued.ts';
import { tlsTargets } from './targets.ts';

const EC = 'curve.test';
const RSA = 'rsa.test';
const versions = ['TLSv1.2', 'TLSv1.3'] as const;

interface Shake {
  readonly version: string;
  readonly cipher: string;
  readonly key: string;
  readonly reused: boolean;
  readonly session: Buffer | undefined;
}

/** A handshake with a request, so that tickets of TLS 1.3 have come. Rejects when there is none. */
async function shake(port: number, servername: string, options: ConnectionOptions = {}): Promise<Shake> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...(servername !== '' && { servername }), ...options });
  let session: Buffer | undefined;
  socket.on('session', (ticket: Buffer) => (session = ticket));
  await once(socket, 'secureConnect');
  const [version, { standardName: cipher }] = [socket.getProtocol() ?? '', socket.getCipher()];
  const key = JSON.stringify(socket.getEphemeralKeyInfo());
  const reused = socket.isSessionReused();
  await exchangeBytes(socket, `GET / HTTP/1.1\r\nHost: ${servername}\r\nConnection: close\r\n\r\n`);
  return { version, cipher, key, reused, session };
}

const only = (version: SecureVersion): ConnectionOptions => ({ minVersion: version, maxVersion: version });
const fails = async (port: number, name: string, options?: ConnectionOptions): Promise<boolean> =>
  shake(port, name, options).then(
    () => false,
    () => true,
  );

/** Parameters of DHE (PKCS#3) of a well-known group. */
function parameters(group: string): string {
  const number = (bytes: Buffer): Buffer => sequence(0x02, (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.alloc(1), bytes]));
  const { getPrime, getGenerator } = { getPrime: () => getDiffieHellman(group).getPrime(), getGenerator: () => Buffer.from([2]) };
  const der = sequence(0x30, Buffer.concat([number(getPrime()), number(getGenerator())]));
  return `-----BEGIN DH PARAMETERS-----\n${(der.toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END DH PARAMETERS-----\n`;
}

function sequence(tag: number, content: Buffer): Buffer {
  const { length } = content;
  return Buffer.concat([Buffer.from(length < 0x80 ? [tag, length] : [tag, 0x82, length >> 8, length & 0xff]), content]);
}

let upstream: EchoUpstream;
let curve: Issued;
let rsa: Issued;

beforeAll(async () => {
  upstream = await EchoUpstream.start('web');
  curve = await issue({ names: [EC] });
  rsa = await issue({ names: [RSA], key: 'RSA 2048' });
});
afterAll(() => upstream.close());

describe.each(tlsTargets.map((target) => [target.name, target] as const))('settings of TLS on %s', (_name, target) => {
  const folder = new TemporaryFolder();
  let sluice: RunningSluice;
  let port: number;

  beforeAll(async () => {
    if (target.skip) return;
    const secured = (name: string, pair: Issued): readonly object[] => [
      ingress({ name, rules: [{ host: name, paths: [{ service: 'web' }] }], tls: [{ hosts: [name], secretName: name }] }),
      tlsSecret(name, pair),
    ];
    folder.writeObjects('manifests/hosts.yaml', [
      ingressClass(),
      ...served('web', upstream.port),
      ...secured(EC, curve),
      ...secured(RSA, rsa),
      hostTo('plain.test', 'web'),
      hostTo('*.wild.test', 'web'),
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { namespace: 'default', name: 'dh' },
        stringData: { 'dhparam.pem': parameters('modp15') },
      },
    ]);
    set({});
    sluice = await RunningSluice.serving(folder.at('manifests'), folder.at('data'), [
      ...target.flags(folder),
      '--configmap',
      'default/settings',
    ]);
    port = sluice.ports.https;
  });
  afterAll(async () => {
    await sluice?.kill();
    folder.remove();
  });

  function set(data: Readonly<Record<string, string>>): void {
    folder.writeObjects('manifests/settings.yaml', [configMap('settings', data)]);
  }

  /** Sets them, and waits until they are acknowledged. */
  async function use(data: Readonly<Record<string, string>>, mark = String(Math.random()).slice(2, 12)): Promise<void> {
    set({ ...data, 'hsts-max-age': String(Number(mark)) });
    await untilTrue('the settings', async () => {
      const { settings } = await sluice.json<{ readonly settings: { readonly strictTransport: { readonly header?: string } } }>(
        '/api/model',
      );
      return settings.strictTransport.header?.startsWith(`max-age=${Number(mark)};`) === true;
    });
  }

  /** What is told of the ConfigMap, as `CODE key`. */
  async function told(): Promise<readonly string[]> {
    const found = (await sluice.findings()).filter((finding) => finding.includes(' ConfigMap '));
    return found.map((finding) => finding.replace(/ ConfigMap default\/settings data\[(.*)\]$/, ' $1'));
  }

  test.skipIf(target.skip)('versions', async () => {
    await use({ 'ssl-protocols': 'TLSv1.3 TLSv1.1' });
    expect((await shake(port, EC)).version).toBe('TLSv1.3');
    for (const name of [EC, 'plain.test', 'unknown.test', '']) expect(await fails(port, name, only('TLSv1.2'))).toBe(true);
    expect(await told()).toEqual(['SLU1604 ssl-protocols']);
    await use({ 'ssl-protocols': 'TLSv1.2' });
    for (const name of [EC, 'plain.test', 'unknown.test', '']) {
      expect((await shake(port, name)).version).toBe('TLSv1.2');
      expect(await fails(port, name, only('TLSv1.3'))).toBe(true);
    }
  });

  test.skipIf(target.skip)('ciphers, the preferred ones first, without those that nobody knows', async () => {
    await use({});
    const asked = {
      ...only('TLSv1.2'),
      ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256',
    };
    expect((await shake(port, EC, asked)).cipher).toBe('TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256');
    expect(await told()).toEqual([]);
    await use({ 'ssl-ciphers': 'ECDHE-ECDSA-AES256-GCM-SHA384:NONSENSE:ECDHE-RSA-AES256-GCM-SHA384' });
    expect((await shake(port, EC, asked)).cipher).toBe('TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384');
    expect(await fails(port, EC, { ...only('TLSv1.2'), ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' })).toBe(true);
    expect((await shake(port, EC)).version).toBe('TLSv1.3');
    expect(await told()).toEqual(['SLU1604 ssl-ciphers']);
  });

  test.skipIf(target.skip)('groups for the exchange of keys', async () => {
    await use({ 'ssl-ecdh-curve': 'secp384r1:prime256v1' });
    for (const version of versions) expect((await shake(port, EC, only(version))).key).toMatch(/secp384r1|P-384/);
    expect(await fails(port, EC, { ecdhCurve: 'X25519' })).toBe(true);
  });

  test.skipIf(target.skip)('parameters of DHE', async () => {
    await use({ 'ssl-dh-param': 'default/dh' });
    const asked = { ...only('TLSv1.2'), ciphers: 'DHE-RSA-AES128-GCM-SHA256' };
    expect((await shake(port, RSA, asked)).key).toBe('{"type":"DH","size":3072}');
    expect(await told()).toEqual([]);
  });

  test.skipIf(target.skip)('sessions are taken up again unless nobody keeps them', async () => {
    const resumes = async (version: SecureVersion): Promise<boolean> => {
      const { session } = await shake(port, EC, only(version));
      return session !== undefined && (await shake(port, EC, { ...only(version), session })).reused;
    };
    const ticketKey = Buffer.alloc(80, 7).toString('base64');
    await use({});
    for (const version of versions) expect([version, await resumes(version)]).toEqual([version, true]);
    await use({ 'ssl-session-cache': 'false' });
    for (const version of versions) expect([version, await resumes(version)]).toEqual([version, false]);
    for (const data of [{}, { 'ssl-session-ticket-key': ticketKey }]) {
      await use({ 'ssl-session-cache': 'false', 'ssl-session-tickets': 'true', ...data });
      for (const version of versions) expect([version, await resumes(version)]).toEqual([version, true]);
    }
    await use({ 'ssl-session-cache-size': '1m', 'ssl-session-timeout': '1h', 'ssl-buffer-size': '8k' });
    for (const version of versions) expect([version, await resumes(version)]).toEqual([version, true]);
    expect(await told()).toEqual([]);
  });

  test.skipIf(target.skip)('names that no host has are refused where that is asked for', async () => {
    const known = [EC, 'plain.test', 'x.wild.test'];
    await use({ 'ssl-reject-handshake': 'true' });
    for (const name of known) expect(echoOf((await get(sluice.https(name), name)).body).upstream).toBe('web');
    for (const name of ['unknown.test', 'x.y.wild.test', '']) expect([name, await fails(port, name)]).toEqual([name, true]);
    await use({});
    for (const name of ['unknown.test', '']) expect([name, await fails(port, name)]).toEqual([name, false]);
  });

  test.skipIf(target.skip)('what a backend does not do is told', async () => {
    await use({ 'enable-ocsp': 'true', 'ssl-early-data': 'true' });
    const refused = {
      node: ['SLU1510 enable-ocsp', 'SLU1510 ssl-early-data'],
      haproxy: ['SLU1510 enable-ocsp', 'SLU1510 ssl-early-data'],
      nginx: target.live ? ['SLU1510 enable-ocsp'] : [],
    };
    expect(await told()).toEqual(refused[target.backend]);
    expect((await shake(port, EC)).version).toBe('TLSv1.3');
  });

  test.skipIf(target.skip)('values that make no sense count as absent, and are told', async () => {
    const hostile = 'x;\n } server { listen 1; #';
    const values = {
      'ssl-protocols': 'TLSv9',
      'ssl-ciphers': hostile,
      'ssl-ecdh-curve': `evil:${hostile}`,
      'ssl-session-cache': 'perhaps',
      'ssl-session-cache-size': '999g',
      'ssl-session-timeout': '-1',
      'ssl-session-tickets': hostile,
      'ssl-session-ticket-key': 'c2hvcnQgYnV0IHNlY3JldA==',
      'ssl-buffer-size': '0',
      'ssl-early-data': '2',
      'ssl-dh-param': 'default/nowhere',
      'ssl-reject-handshake': 'maybe',
      'enable-ocsp': hostile,
    };
    await use(values);
    const protecting = ['ssl-protocols', 'ssl-ciphers', 'ssl-reject-handshake'];
    const expected = Object.keys(values).map((key) => `${protecting.includes(key) ? 'SLU1604' : 'SLU1603'} ${key}`);
    expect((await told()).toSorted()).toEqual(expected.toSorted());
    expect(JSON.stringify(await sluice.diagnostics())).not.toContain(values['ssl-session-ticket-key']);
    for (const version of versions) expect((await shake(port, EC, only(version))).version).toBe(version);
    expect((await sluice.page('/healthz')).status).toBe(200);
  });
});
