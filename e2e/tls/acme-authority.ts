import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:https';
import { text } from 'node:stream/consumers';
import { occupyPort } from '../socket-port.ts';
import type { TemporaryFolder } from '../temporary-folder.ts';
import { untilTrue } from '../until.ts';
import { issue } from './issued.ts';

/**
 * Pebble, an authority that speaks ACME, with a name server that has 127.0.0.1 for every name. It looks for the answers to its challenges
 * by plain HTTP on one port.
 */
export class AcmeAuthority {
  readonly directory: string;
  /** For the authority's own API. */
  readonly agent: Agent;
  /** Address and port of its name server. */
  readonly nameServer: string;
  readonly #management: string;
  readonly #children: readonly ChildProcess[];
  /** What it has said. */
  readonly log: string[] = [];

  private constructor(ports: Ports, ca: string, children: readonly ChildProcess[]) {
    this.directory = `https://127.0.0.1:${ports.api}/dir`;
    this.nameServer = `127.0.0.1:${ports.names}`;
    this.#management = `https://127.0.0.1:${ports.management}`;
    this.agent = new Agent({ ca, checkServerIdentity: () => undefined });
    this.#children = children;
    for (const { stdout, stderr } of children)
      for (const stream of [stdout, stderr]) stream?.on('data', (line) => this.log.push(String(line)));
  }

  static async start(folder: TemporaryFolder, httpPort: number): Promise<AcmeAuthority> {
    const ports = await freePorts();
    const { cert, key } = await issue({ subject: 'CN=localhost', names: ['localhost'], key: 'RSA 2048' });
    const config = folder.write(
      'pebble/config.json',
      JSON.stringify({
        pebble: {
          listenAddress: `127.0.0.1:${ports.api}`,
          managementListenAddress: `127.0.0.1:${ports.management}`,
          certificate: folder.write('pebble/cert.pem', cert),
          privateKey: folder.write('pebble/key.pem', key),
          httpPort,
          tlsPort: 1,
        },
      }),
    );
    const off = ['-http01', '-https01', '-tlsalpn01', '-defaultIPv6'].flatMap((flag) => [flag, '']);
    const names = ['-dns01', `127.0.0.1:${ports.names}`, '-management', `127.0.0.1:${ports.nameManagement}`, ...off];
    const env = { ...process.env, PEBBLE_VA_NOSLEEP: '1' };
    const authority = new AcmeAuthority(ports, cert, [
      spawn('pebble-challtestsrv', [...names, '-defaultIPv4', '127.0.0.1'], { stdio: ['ignore', 'pipe', 'pipe'] }),
      spawn('pebble', ['-config', config, '-dnsserver', `127.0.0.1:${ports.names}`, '-strict'], { env, stdio: ['ignore', 'pipe', 'pipe'] }),
    ]);
    await untilTrue(`the authority: ${authority.log.join('')}`, async () =>
      (await authority.#ask(authority.directory)).includes('newOrder'),
    );
    return authority;
  }

  /** The certificate that a client has to trust. */
  async root(): Promise<string> {
    return this.#ask(`${this.#management}/roots/0`);
  }

  async close(): Promise<void> {
    this.agent.destroy();
    for (const child of this.#children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const over = once(child, 'close');
      child.kill('SIGKILL');
      await over;
    }
  }

  async #ask(url: string): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    get(url, { agent: this.agent }, (answer) => void text(answer).then(resolve, reject)).on('error', reject);
    return promise;
  }
}

type Ports = Readonly<Record<'api' | 'management' | 'names' | 'nameManagement', number>>;

async function freePorts(): Promise<Ports> {
  const taken = await Promise.all(Array.from({ length: 4 }, () => occupyPort()));
  const [api = 0, management = 0, names = 0, nameManagement = 0] = taken.map(({ port }) => port);
  await Promise.all(taken.map((one) => one.release()));
  return { api, management, names, nameManagement };
}
