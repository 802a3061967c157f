import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { servedFingerprint } from '../certificates.ts';
import { EchoUpstream } from '../echo-upstream.ts';
import { ingress, ingressClass, served, tlsSecret } from '../manifest.ts';
import { RunningSluice } from '../running-sluice.ts';
import { TemporaryFolder } from '../temporary-folder.ts';
import { untilTrue } from '../until.ts';
import { issue } from './issued.ts';
import type { Issued } from './issued.ts';
import { tlsTargets } from './targets.ts';

const COUNT = 2000;
const PATIENCE_MS = 120_000;
const hostOf = (index: number): string => `host${index}.many.test`;

let made: readonly Issued[];
let upstream: EchoUpstream;

beforeAll(async () => {
  upstream = await EchoUpstream.start('web');
  made = await Promise.all(Array.from({ length: COUNT }, (_, index) => issue({ names: [hostOf(index)] })));
}, PATIENCE_MS);
afterAll(() => upstream.close());

describe.each(tlsTargets.map((target) => [target.name, target] as const))(`${COUNT} certificates on %s`, (_name, target) => {
  test.skipIf(target.skip)('are served to their hosts, and one that changes to its own', { timeout: 2 * PATIENCE_MS }, async () => {
    const folder = new TemporaryFolder();
    const objects = made.flatMap((pair, index) => [
      ingress({
        name: `host${index}`,
        rules: [{ host: hostOf(index), paths: [{ service: 'web' }] }],
        tls: [{ hosts: [hostOf(index)], secretName: `tls${index}` }],
      }),
      ...(index === 7 ? [] : [tlsSecret(`tls${index}`, pair)]),
    ]);
    folder.writeObjects('manifests/many.yaml', [ingressClass(), ...served('web', upstream.port), ...objects]);
    folder.writeObjects('manifests/seven.yaml', [tlsSecret('tls7', made[8] ?? { cert: '', key: '' })]);
    const sluice = await RunningSluice.serving(folder.at('manifests'), folder.at('data'), target.flags(folder), PATIENCE_MS);
    try {
      const shows = (index: number): Promise<string> => servedFingerprint(sluice.ports.https, hostOf(index));
      for (let index = 0; index < COUNT; index += 111) expect(await shows(index)).toBe(made[index]?.fingerprint);
      expect(made.map(({ fingerprint }) => fingerprint)).not.toContain(await shows(7));
      folder.writeObjects('manifests/seven.yaml', [tlsSecret('tls7', made[7] ?? { cert: '', key: '' })]);
      await untilTrue('the certificate that was mended', async () => (await shows(7)) === made[7]?.fingerprint, PATIENCE_MS);
      expect(await shows(COUNT - 1)).toBe(made[COUNT - 1]?.fingerprint);
    } finally {
      await sluice.kill();
      folder.remove();
    }
  });
});
