import { once } from 'node:events';
import { connect } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EchoUpstream } from '../echo-upstream.ts';
import { ingress, ingressClass, served, tlsSecret } from '../manifest.ts';
import { RunningSluice } from '../running-sluice.ts';
import { TemporaryFolder } from '../temporary-folder.ts';
import { untilTrue } from '../until.ts';
import { issue } from './issued.ts';
import type { Issued } from './issued.ts';
import { tlsTargets } from './targets.ts';

const kinds = ['P-256', 'Ed25519', 'RSA 2048'] as const;
const pairs = kinds.flatMap((own) =>
  kinds.map((above) => ({ own, above, zone: `${own}-${above}.test`.replaceAll(' ', '').toLowerCase() })),
);

let upstream: EchoUpstream;
let made: ReadonlyMap<string, Issued>;

beforeAll(async () => {
  upstream = await EchoUpstream.start('web');
  const entries = pairs.flatMap(({ own, above, zone }) => [[`x.${zone}`, own] as const, [`*.${zone}`, above] as const]);
  made = new Map(await Promise.all(entries.map(async ([name, key]) => [name, await issue({ names: [name], key })] as const)));
}, 60_000);
afterAll(() => upstream.close());

async function shown(port: number, servername: string, options: ConnectionOptions): Promise<string | undefined> {
  const socket = connect({ port, host: '127.0.0.1', servername, rejectUnauthorized: false, ...options });
  try {
    await once(socket, 'secureConnect');
    return socket.getPeerX509Certificate()?.fingerprint256;
  } finally {
    socket.destroy();
  }
}

describe.each(tlsTargets.map((target) => [target.name, target] as const))('kinds of keys on %s', (_name, target) => {
  const folder = new TemporaryFolder();
  let sluice: RunningSluice;

  const write = (chosen: ReadonlyMap<string, Issued>): void => {
    const objects = [...chosen].flatMap(([host, pair]) => {
      const name = host.replace('*', 'any');
      return [
        ingress({ name, rules: [{ host, paths: [{ service: 'web' }] }], tls: [{ hosts: [host], secretName: name }] }),
        tlsSecret(name, pair),
      ];
    });
    folder.writeObjects('manifests/hosts.yaml', [ingressClass(), ...served('web', upstream.port), ...objects]);
  };

  beforeAll(async () => {
    if (target.skip) return;
    write(made);
    sluice = await RunningSluice.serving(folder.at('manifests'), folder.at('data'), target.flags(folder));
  });
  afterAll(async () => {
    await sluice?.kill();
    folder.remove();
  });

  test.skipIf(target.skip).each(pairs)('$own below a wildcard with $above', async ({ zone }) => {
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const only = { minVersion: version, maxVersion: version };
      expect(await shown(sluice.ports.https, `x.${zone}`, only)).toBe(made.get(`x.${zone}`)?.fingerprint);
      expect(await shown(sluice.ports.https, `y.${zone}`, only)).toBe(made.get(`*.${zone}`)?.fingerprint);
    }
  });

  test.skipIf(target.skip)('a renewal with another kind of key', async () => {
    const [first, second] = pairs.filter(({ own, above }) => own !== above);
    const [one, other] = [`x.${first?.zone}`, `x.${second?.zone}`];
    const swapped = new Map(made);
    const key = second?.above === 'RSA 2048' ? ('RSA 2048' as const) : ('Ed25519' as const);
    swapped.set(one, await issue({ names: [one], key }));
    swapped.set(other, await issue({ names: [other], key: 'P-384' }));
    write(swapped);
    for (const name of [one, other])
      await untilTrue(name, async () => (await shown(sluice.ports.https, name, {})) === swapped.get(name)?.fingerprint);
    for (const { zone } of pairs) expect(await shown(sluice.ports.https, `y.${zone}`, {})).toBe(made.get(`*.${zone}`)?.fingerprint);
  });
});
