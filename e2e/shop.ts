import { EchoUpstream, echoOf } from './echo-upstream.ts';
import { hostTo } from './manifest.ts';
import { masterOf } from './proxy-process.ts';
import type { BackendName } from './proxy-programs.ts';
import { get } from './raw-request.ts';
import type { RunningSluice } from './running-sluice.ts';
import { Site } from './site.ts';

/** A site whose upstream tells what it gets. */
export class Shop extends Site {
  readonly upstream: EchoUpstream;

  private constructor(upstream: EchoUpstream, backend: BackendName | undefined) {
    super(upstream.port, backend);
    this.upstream = upstream;
  }

  /** Nothing serves it yet. */
  static async open(backend?: BackendName): Promise<Shop> {
    return new Shop(await EchoUpstream.start('web'), backend);
  }

  /** Another controller in the place of one that is gone, with the same folder of data and the same ports; resolves when it listens. */
  async takeOver({ ports }: RunningSluice, manifests = this.folder.at('manifests')): Promise<RunningSluice> {
    const address = (port: number): string => `127.0.0.1:${port}`;
    const listen = ['--http', address(ports.http), '--https', address(ports.https), '--admin', '127.0.0.1:0'];
    return this.listening(['--manifests', manifests, ...this.backendFlags, '--data', this.data(), ...listen]);
  }

  /** One host more. */
  add(host: string): void {
    this.folder.writeObjects('manifests/new.yaml', [hostTo(host, 'web')]);
  }

  /** Whether a request for a host is answered by the upstream. */
  async answers({ ports }: RunningSluice, host = 'shop.test'): Promise<boolean> {
    const { status, body } = await get({ port: ports.http }, host).catch(() => ({ status: 0, body: '' }));
    return status === 200 && echoOf(body).upstream === this.upstream.name;
  }

  /** The process id of the proxy's master. Throws when there is none. */
  master(): number {
    const { backend } = this;
    const pid = backend === undefined || backend === 'node' ? undefined : masterOf(backend, this.data());
    if (pid === undefined) throw new Error(`there is no ${backend ?? 'proxy'}`);
    return pid;
  }

  /** Ends everything, and removes the folders. */
  override async close(): Promise<void> {
    await super.close();
    await this.upstream.close();
  }
}
