import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:tls';
import acme from 'acme-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EchoUpstream } from '../echo-upstream.ts';
import type { KeyPair } from '../certificates.ts';
import { ingressClass, served } from '../manifest.ts';
import { certificateAuthority, needing } from '../proxy-programs.ts';
import { get } from '../raw-request.ts';
import { RunningSluice } from '../running-sluice.ts';
import { TemporaryFolder } from '../temporary-folder.ts';
import { untilTrue } from '../until.ts';
import { AcmeAuthority } from './acme-authority.ts';
import { SolvedHost } from './solved-host.ts';
import type { SolverWay } from './solved-host.ts';
import { tlsTargets } from './targets.ts';

const { skip: noAuthority, title } = needing(certificateAuthority(), 'certificates ordered by ACME');

const ways: readonly SolverWay[] = [
  { name: 'exact', pathType: 'Exact', inPlace: false },
  { name: 'implementation-specific', pathType: 'ImplementationSpecific', inPlace: false },
  { name: 'in-place', pathType: 'Exact', inPlace: true },
];

describe.each(tlsTargets.map((target) => [target.name, target] as const))(`${title} on %s`, (_name, target) => {
  const skip = noAuthority || target.skip;
  const folder = new TemporaryFolder();
  let sluice: RunningSluice;
  let authority: AcmeAuthority;
  let web: EchoUpstream;

  beforeAll(async () => {
    if (skip) return;
    web = await EchoUpstream.start('web');
    folder.writeObjects('manifests/common.yaml', [ingressClass(), ...served('web', web.port)]);
    sluice = await RunningSluice.serving(folder.at('manifests'), folder.at('data'), target.flags(folder));
    authority = await AcmeAuthority.start(folder, sluice.ports.http);
  });
  afterAll(async () => {
    await authority?.close();
    await sluice?.kill();
    await web?.close();
    folder.remove();
  });

  /** Orders a certificate as cert-manager does: it lets the authority ask when the answer is there. */
  async function ordered(solved: SolvedHost): Promise<KeyPair> {
    acme.axios.defaults.httpsAgent = authority.agent;
    const client = new acme.Client({
      directoryUrl: authority.directory,
      accountKey: await acme.crypto.createPrivateKey(),
      backoffMin: 200,
    });
    const [key, csr] = await acme.crypto.createCsr({ commonName: solved.host, altNames: [solved.host] });
    const cert = await client.auto({
      csr,
      termsOfServiceAgreed: true,
      challengePriority: ['http-01'],
      skipChallengeVerification: true,
      challengeCreateFn: async (_authorization, { token }, answer) => {
        const path = solved.present(token, answer);
        const url = `http://${solved.host}${path}`;
        await untilTrue('the solver', async () => (await sluice.explain(url)).upstream?.id.includes('cm-acme-http-solver') === true);
        expect((await get(sluice.http, solved.host, path)).body).toContain(answer);
      },
      challengeRemoveFn: async () => solved.cleanUp(),
    });
    return { cert, key: String(key) };
  }

  test.skipIf(skip).each(ways)('$name: the question reaches the solver, and the certificate is shown', { timeout: 60_000 }, async (way) => {
    const solved = await SolvedHost.start(folder, way);
    const root = await authority.root();
    try {
      await sluice.routes(solved.host);
      // The service that is asked for everybody else is not there.
      expect((await get(sluice.https(solved.host), solved.host)).status).toBe(500);
      for (const order of ['the first certificate', 'its renewal']) {
        expect((await get(sluice.http, solved.host)).status).toBe(308);
        const pair = await ordered(solved);
        solved.hold(pair);
        const { fingerprint256 } = new X509Certificate(pair.cert);
        await untilTrue(order, async () => (await trusted(sluice.ports.https, solved.host, root)) === fingerprint256);
      }
    } finally {
      await solved.close();
    }
  });
});

/** The fingerprint of a certificate that a client takes who trusts one authority; empty for one that it does not take. */
async function trusted(port: number, servername: string, ca: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', servername, ca, rejectUnauthorized: false });
  try {
    await once(socket, 'secureConnect');
    return socket.authorized ? socket.getPeerCertificate().fingerprint256 : '';
  } finally {
    socket.destroy();
  }
}
