import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { servedFingerprint } from '../certificates.ts';
import { EchoUpstream, echoOf } from '../echo-upstream.ts';
import { ingress, ingressClass, served } from '../manifest.ts';
import { get } from '../raw-request.ts';
import { RunningSluice } from '../running-sluice.ts';
import { TemporaryFolder } from '../temporary-folder.ts';
import { untilTrue } from '../until.ts';
import { issue } from './issued.ts';
import type { Issued } from './issued.ts';
import { secretSamples } from './secret-samples.ts';
import type { MadeSecret } from './secret-samples.ts';
import { tlsTargets } from './targets.ts';

const hostOf = (name: string): string => `${name}.${name.startsWith('wildcard') ? name : 'secrets'}.test`;
const secured = (name: string, hosts: readonly string[] = [hostOf(name)]): object =>
  ingress({
    name,
    rules: hosts.map((host) => ({ host, paths: [{ service: 'web' }] })),
    tls: [{ hosts, secretName: name }],
  });
const secretOf = (name: string, { data, type = 'kubernetes.io/tls' }: MadeSecret): object => ({
  apiVersion: 'v1',
  kind: 'Secret',
  type,
  metadata: { name, namespace: 'default' },
  data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')])),
});

const made = new Map<string, MadeSecret>();
let standard: Issued;
let upstream: EchoUpstream;

beforeAll(async () => {
  upstream = await EchoUpstream.start('web');
  standard = await issue({ subject: 'CN=standard', names: ['standard.test'], key: 'RSA 2048' });
  await Promise.all(secretSamples.map(async ({ name, make }) => made.set(name, await make(hostOf(name)))));
}, 60_000);
afterAll(() => upstream.close());

describe.each(tlsTargets.map((target) => [target.name, target] as const))('Secrets on %s', (_name, target) => {
  const folder = new TemporaryFolder();
  let sluice: RunningSluice;

  beforeAll(async () => {
    if (target.skip) return;
    const objects = secretSamples.flatMap(({ name }) => [secured(name), secretOf(name, made.get(name) ?? { data: {} })]);
    folder.writeObjects('manifests/samples.yaml', [ingressClass(), ...served('web', upstream.port), ...objects]);
    writeStandard(standard);
    const flags = [...target.flags(folder), '--default-ssl-certificate', 'default/standard'];
    sluice = await RunningSluice.serving(folder.at('manifests'), folder.at('data'), flags);
  }, 60_000);
  const writeStandard = ({ cert, key }: Issued): void =>
    folder.writeObjects('manifests/standard.yaml', [secretOf('standard', { data: { 'tls.crt': cert, 'tls.key': key } })]);
  afterAll(async () => {
    await sluice?.kill();
    folder.remove();
  });

  test.skipIf(target.skip).each(secretSamples)('$name', async ({ name, told = [], notBy = [], asks = (host) => [host] }) => {
    const host = hostOf(name);
    const { shown = standard, root } = made.get(name) ?? {};
    const expected = notBy.includes(target.backend) ? standard : shown;
    for (const asked of asks(host)) expect(await servedFingerprint(sluice.ports.https, asked)).toBe(expected.fingerprint);
    const { status, body } = await get(sluice.https(host), host);
    expect([status, echoOf(body).upstream]).toEqual([200, 'web']);
    if (root !== undefined) expect(await isTrusted(sluice.ports.https, host, root)).toBe(true);
    const mine = (await sluice.findings()).filter((finding) => finding.includes(` default/${name} `));
    expect(mine).toEqual(told.map((code) => findingOf(code, name)));
  });

  test.skipIf(target.skip)('names that no Ingress has, and none at all, get the default certificate', async () => {
    for (const asked of ['unknown.test', 'a.b.wildcard.test', 'standard.test', ''])
      expect(await servedFingerprint(sluice.ports.https, asked)).toBe(standard.fingerprint);
  });

  test.skipIf(target.skip)('a Secret that turns bad keeps what it held, and one that is deleted does not', async () => {
    const [first, second] = [await issue({ names: ['turns.test'] }), await issue({ names: ['turns.test'] })];
    const write = (cert: string | undefined, { key }: Issued): void =>
      folder.writeObjects('manifests/turns.yaml', [
        secured('turns', ['turns.test']),
        ...(cert === undefined ? [] : [secretOf('turns', { data: { 'tls.crt': cert, 'tls.key': key } })]),
      ]);
    const serves = async ({ fingerprint }: Issued, code?: string): Promise<void> => {
      await untilTrue(`what is told, ${code}`, async () => {
        const mine = (await sluice.findings()).filter((finding) => finding.includes(' default/turns '));
        return mine.join() === (code === undefined ? '' : findingOf(code, 'turns'));
      });
      await untilTrue('the certificate', async () => (await servedFingerprint(sluice.ports.https, 'turns.test')) === fingerprint);
    };
    write(first.cert, first);
    await sluice.routes('turns.test');
    await serves(first);
    write(second.cert, first);
    await serves(first, 'SLU1402');
    write(second.cert, second);
    await serves(second);
    write('garbage', second);
    await serves(second, 'SLU1402');
    write(undefined, second);
    await serves(standard, 'SLU1401');
    write('garbage', second);
    await serves(standard, 'SLU1402');
    write(first.cert, first);
    await serves(first);
  });

  test.skipIf(target.skip)('another default certificate is that of all names without one', async () => {
    const other = await issue({ subject: 'CN=other standard', names: ['*.secrets.test'] });
    for (const next of [other, standard]) {
      writeStandard(next);
      for (const asked of ['', 'unknown.test', hostOf('garbage')])
        await untilTrue(asked, async () => (await servedFingerprint(sluice.ports.https, asked)) === next.fingerprint);
      const own = made.get('p256')?.shown;
      expect(await servedFingerprint(sluice.ports.https, hostOf('p256'))).toBe(own?.fingerprint);
      expect(await servedFingerprint(sluice.ports.https, hostOf('rsa2048'))).toBe(made.get('rsa2048')?.shown?.fingerprint);
    }
  });

  test.skipIf(target.skip)('metrics tell when certificates end', async () => {
    const { text } = await sluice.page('/metrics');
    const ends = text.split('\n').filter((line) => line.startsWith('nginx_ingress_controller_ssl_expire_time_seconds{'));
    const hosts = ends.map((line) => /host="([^"]*)"/.exec(line)?.[1] ?? '').toSorted();
    expect(hosts.filter((host) => host !== 'turns.test')).toEqual([...secretSamples.map(({ name }) => hostOf(name)), '_'].toSorted());
    const expired = ends.find((line) => line.includes(`host="${hostOf('expired')}"`)) ?? '';
    const { cert = '' } = made.get('expired')?.shown ?? {};
    expect(Number(expired.split(' ').at(-1))).toBe(Date.parse(new X509Certificate(cert).validTo) / 1000);
    const info = text.split('\n').find((line) => line.includes('_ssl_certificate_info{') && line.includes(`host="${hostOf('rsa4096')}"`));
    for (const label of ['secret_name="rsa4096"', 'public_key_algorithm="RSA"', 'issuer_common_name="test"']) expect(info).toContain(label);
  });

  test.skipIf(target.skip)('no Secret shows up in what is told', async () => {
    expect(JSON.stringify(await sluice.diagnostics())).not.toMatch(/-----BEGIN|MII/);
  });
});

function findingOf(code: string, name: string): string {
  return code.startsWith('Secret ')
    ? `${code.slice('Secret '.length)} Secret default/${name} data`
    : `${code} Ingress default/${name} spec.tls[0].secretName`;
}

/** Whether a client that trusts one authority alone takes what is served. */
async function isTrusted(port: number, servername: string, { cert }: Issued): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1', servername, ca: cert, rejectUnauthorized: false });
  try {
    await once(socket, 'secureConnect');
    return socket.authorized;
  } finally {
    socket.destroy();
  }
}
