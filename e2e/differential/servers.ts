import { certificateFor } from '../certificates.ts';
import type { KeyPair } from '../certificates.ts';
import { makeCertificates } from '../behaviour/case-certificates.ts';
import { answeringServices, certifiedNames, namespaces } from '../rule-set.ts';
import { authAnswer, upstreamAnswer } from './answers.ts';
import { RecordingServer } from './recording-server.ts';
import type { ReceivedRequest } from './recording-server.ts';
import { PROBE } from './wide-request.ts';
import type { Place, Surroundings } from './wide-rules.ts';

/** Name of the authentication service. */
export const AUTH = 'auth';

const MANY = ['many-1', 'many-2', 'many-3'];

/** Everything behind the backends: the endpoints of both namespaces, the authentication service, and the certificates. */
export class Servers {
  readonly surroundings: Surroundings;
  /** A certificate that the authority of `auth-tls-secret` has signed. */
  readonly client: KeyPair;
  readonly #servers: readonly RecordingServer[];

  private constructor(servers: readonly RecordingServer[], surroundings: Surroundings, client: KeyPair) {
    this.#servers = servers;
    this.surroundings = surroundings;
    this.client = client;
  }

  static async start(): Promise<Servers> {
    const certificates = await makeCertificates({
      authority: { names: ['authority'], expired: false, authority: true },
      client: { names: ['client'], by: 'authority', expired: false, authority: false },
    });
    const [authority, client] = [certificates.get('authority'), certificates.get('client')];
    if (authority === undefined || client === undefined) throw new Error('the certificates were not made');
    const tls = await certificateFor('secure.test');
    const names = namespaces.flatMap((namespace) => [...answeringServices, ...MANY, 'secure'].map((name) => `${namespace}/${name}`));
    const endpoints = await Promise.all(
      names.map((name) => RecordingServer.start({ name, answer: upstreamAnswer, ...(name.endsWith('/secure') && { tls }) }, PROBE)),
    );
    const auth = await RecordingServer.start({ name: AUTH, answer: authAnswer }, PROBE);
    const surroundings = {
      places: endpoints.map(({ name, address, port }): Place => ({ name, address, port })),
      certificate: await certificateFor(...certifiedNames),
      authority,
      auth: `${auth.address}:${auth.port}`,
    };
    return new Servers([...endpoints, auth], surroundings, client);
  }

  /** What has arrived under a probe, on any server. */
  take(probe: string): readonly ReceivedRequest[] {
    return this.#servers.flatMap((server) => server.take(probe));
  }

  async close(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.close()));
  }
}
