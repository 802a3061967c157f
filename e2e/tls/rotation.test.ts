import { once } from 'node:events';
import { connect } from 'node:tls';
import type { SecureVersion } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { factsOf } from '../dataplane-facts.ts';
import type { NginxFacts } from '../dataplane-facts.ts';
import { EchoUpstream } from '../echo-upstream.ts';
import { KeepAliveLoad } from '../keep-alive-load.ts';
import { ingress, ingressClass, served, tlsSecret } from '../manifest.ts';
import { exchangeBytes, parseAnswer } from '../raw-request.ts';
import { RunningSluice } from '../running-sluice.ts';
import { TemporaryFolder } from '../temporary-folder.ts';
import { untilTrue } from '../until.ts';
import { issue } from './issued.ts';
import type { Issued } from './issued.ts';
import { tlsTargets } from './targets.ts';

/** `ROTATIONS=100 npm test -- e2e/tls/rotation` for more of them. */
const ROTATIONS = Number(process.env['ROTATIONS'] ?? 10);
const HOST = 'rotated.test';
const REQUEST = `GET / HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`;

/** Clients that begin a connection after the other, and hold what they are shown against what has been acknowledged by then. */
class Handshakes {
  readonly #port: number;
  readonly #order: readonly string[];
  readonly #clients: readonly Promise<void>[];
  #over = false;
  /** The newest certificate that is acknowledged. */
  acknowledged = 0;
  answered = 0;
  readonly failures: string[] = [];
  readonly seen = new Set<number>();

  constructor(port: number, order: readonly string[]) {
    this.#port = port;
    this.#order = order;
    this.#clients = (['TLSv1.2', 'TLSv1.3'] as const).map((version) => this.#run(version));
  }

  async stop(): Promise<void> {
    this.#over = true;
    await Promise.all(this.#clients);
  }

  async #run(version: SecureVersion): Promise<void> {
    while (!this.#over) {
      const least = this.acknowledged;
      try {
        const shown = await this.#shown(version);
        this.seen.add(shown);
        this.answered++;
        if (shown < least) this.failures.push(`certificate ${shown} after ${least} was acknowledged`);
      } catch (error) {
        this.failures.push(String(error));
      }
    }
  }

  async #shown(version: SecureVersion): Promise<number> {
    const tls = { servername: HOST, rejectUnauthorized: false, minVersion: version, maxVersion: version };
    const socket = connect({ port: this.#port, host: '127.0.0.1', ...tls });
    await once(socket, 'secureConnect');
    const { fingerprint256 } = socket.getPeerCertificate();
    const { status } = parseAnswer(await exchangeBytes(socket, REQUEST));
    if (status !== 200) throw new Error(`status ${status}`);
    return this.#order.indexOf(fingerprint256);
  }
}

let made: readonly Issued[];
let upstream: EchoUpstream;

beforeAll(async () => {
  upstream = await EchoUpstream.start('web');
  // Kinds of keys change too.
  const kinds = ['P-256', 'RSA 2048', 'P-384'] as const;
  made = await Promise.all(Array.from({ length: ROTATIONS + 1 }, (_, index) => issue({ names: [HOST], key: kinds[index % 3] ?? 'P-256' })));
}, 120_000);
afterAll(() => upstream.close());

describe.each(tlsTargets.map((target) => [target.name, target] as const))(
  'a Secret that is renewed again and again on %s',
  (_name, target) => {
    const timeout = 60_000 + ROTATIONS * 5000;
    test.skipIf(target.skip)('no handshake fails, and what was acknowledged is shown from then on', { timeout }, async () => {
      const folder = new TemporaryFolder();
      const rotate = (index: number): void =>
        folder.writeObjects('manifests/secret.yaml', [tlsSecret('rotated', made[index] ?? { cert: '', key: '' })]);
      const rules = [{ host: HOST, paths: [{ service: 'web' }] }];
      const host = ingress({ name: 'rotated', rules, tls: [{ hosts: [HOST], secretName: 'rotated' }] });
      folder.writeObjects('manifests/host.yaml', [ingressClass(), ...served('web', upstream.port), host]);
      rotate(0);
      const sluice = await RunningSluice.serving(folder.at('manifests'), folder.at('data'), target.flags(folder));
      const order = made.map(({ fingerprint }) => fingerprint);
      const handshakes = new Handshakes(sluice.ports.https, order);
      const kept = target.live ? new KeepAliveLoad(sluice.ports.https, HOST, 2, { secure: true, thinkMs: 5 }) : undefined;
      try {
        await untilTrue('the load', () => handshakes.answered > 10);
        const before = await reloadsOf(sluice);
        for (let index = 1; index <= ROTATIONS; index++) {
          rotate(index);
          await untilTrue(`certificate ${index}`, async () => (await acknowledged(sluice)) === order[index]);
          handshakes.acknowledged = index;
        }
        const already = handshakes.answered;
        await untilTrue('more handshakes', () => handshakes.answered > already + 10);
        if (target.live) expect(await reloadsOf(sluice)).toBe(before);
        expect(handshakes.seen).not.toContain(-1);
        expect(handshakes.seen).toContain(ROTATIONS);
      } finally {
        await handshakes.stop();
        await kept?.stop();
        await sluice.kill();
        folder.remove();
      }
      expect(handshakes.failures).toEqual([]);
      expect(kept?.failures ?? []).toEqual([]);
      if (kept !== undefined) expect(kept.connections.size).toBe(2);
      process.stdout.write(`${target.name}: ${ROTATIONS} renewals, ${handshakes.answered} handshakes, ${kept?.answered ?? 0} requests\n`);
    });
  },
);

/** The certificate of the model that the data plane has acknowledged. */
async function acknowledged(sluice: RunningSluice): Promise<string | undefined> {
  const { certificates } = await sluice.json<{ readonly certificates: readonly { readonly fingerprint: string }[] }>('/api/model');
  return certificates[0]?.fingerprint;
}

/** How often the proxy has read its configuration anew; undefined where there is no proxy. */
async function reloadsOf(sluice: RunningSluice): Promise<number | undefined> {
  const facts: Partial<NginxFacts> | undefined = await factsOf(sluice);
  return facts?.reloads;
}
