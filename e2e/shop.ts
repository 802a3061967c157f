import { EchoUpstream, echoOf } from './echo-upstream.ts';
import { hostTo, ingressClass, served } from './manifest.ts';
import { masterOf, stopProxies } from './proxy-process.ts';
import type { Proxy } from './proxy-programs.ts';
import { get } from './raw-request.ts';
import { RunningSluice } from './running-sluice.ts';
import { TemporaryFolder } from './temporary-folder.ts';

/** Folders with the host `shop.test` in front of one upstream, and the controllers that serve them, one at a time. */
export class Shop {
  readonly folder = new TemporaryFolder();
  readonly upstream: EchoUpstream;
  readonly #proxy: Proxy;
  #running: RunningSluice | undefined;

  private constructor(proxy: Proxy, upstream: EchoUpstream) {
    this.#proxy = proxy;
    this.upstream = upstream;
    this.folder.writeObjects('manifests/shop.yaml', [ingressClass(), ...served('web', upstream.port), hostTo('shop.test', 'web')]);
  }

  /** Nothing serves it yet. */
  static async open(proxy: Proxy): Promise<Shop> {
    return new Shop(proxy, await EchoUpstream.start('web'));
  }

  /** The folder of data, or what is in it. */
  data(...parts: readonly string[]): string {
    return this.folder.at('data', ...parts);
  }

  /** A controller on ports of its own; resolves when it is ready. */
  async serve(more: readonly string[] = []): Promise<RunningSluice> {
    const flags = ['--backend', this.#proxy, ...more];
    return (this.#running = await RunningSluice.serving(this.folder.at('manifests'), this.data(), flags));
  }

  /** Another controller in the place of one that is gone, with the same folder of data and the same ports; resolves when it listens. */
  async takeOver({ ports }: RunningSluice, manifests = this.folder.at('manifests')): Promise<RunningSluice> {
    const address = (port: number): string => `127.0.0.1:${port}`;
    const listen = ['--http', address(ports.http), '--https', address(ports.https), '--admin', '127.0.0.1:0'];
    const flags = ['--manifests', manifests, '--backend', this.#proxy, '--data', this.data(), ...listen];
    return (this.#running = await RunningSluice.listening(flags));
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
    const pid = masterOf(this.#proxy, this.data());
    if (pid === undefined) throw new Error(`there is no ${this.#proxy}`);
    return pid;
  }

  /** Ends everything, and removes the folders. */
  async close(): Promise<void> {
    await this.#running?.kill();
    await stopProxies(this.data());
    await this.upstream.close();
    this.folder.remove();
  }
}
