import { createHash } from 'node:crypto';
import { configMap, hostTo, ingressClass, served } from './manifest.ts';
import { stopProxies } from './proxy-process.ts';
import type { BackendName } from './proxy-programs.ts';
import { RunningSluice } from './running-sluice.ts';
import type { CommandOptions } from './sluice-command.ts';
import { TemporaryFolder } from './temporary-folder.ts';

type Settings = Readonly<Record<string, string>>;

/** Folders with the host `shop.test` in front of one port of this machine, and the controllers that serve them, one at a time. */
export class Site {
  readonly folder = new TemporaryFolder();
  readonly backend: BackendName | undefined;
  #running: RunningSluice | undefined;

  /** Nothing serves it yet. Without a backend, that of the program or of a configuration file does. */
  constructor(port: number, backend?: BackendName) {
    this.backend = backend;
    this.folder.writeObjects('manifests/shop.yaml', [ingressClass(), ...served('web', port), hostTo('shop.test', 'web')]);
  }

  /** The folder of data, or what is in it. */
  data(...parts: readonly string[]): string {
    return this.folder.at('data', ...parts);
  }

  protected get backendFlags(): readonly string[] {
    return this.backend === undefined ? [] : ['--backend', this.backend];
  }

  /** The controller that was started last. Throws when there is none. */
  get sluice(): RunningSluice {
    if (this.#running === undefined) throw new Error('nothing serves it yet');
    return this.#running;
  }

  /** A controller on ports of its own; resolves when it is ready. */
  async serve(more: readonly string[] = []): Promise<RunningSluice> {
    return (this.#running = await RunningSluice.serving(this.folder.at('manifests'), this.data(), [...this.backendFlags, ...more]));
  }

  /** A controller with these arguments and no others; resolves when it listens. */
  async listening(args: readonly string[], options?: CommandOptions): Promise<RunningSluice> {
    return (this.#running = await RunningSluice.listening(args, options));
  }

  /** A controller with a ConfigMap of settings; resolves when it is ready. */
  async serveWith(settings: Settings): Promise<RunningSluice> {
    this.#say(settings);
    return this.serve(['--configmap', 'default/settings']);
  }

  /** Other settings, for the controller that `serveWith` has started; resolves when they are served. */
  async changeTo(settings: Settings): Promise<void> {
    await this.sluice.routes(this.#say(settings));
  }

  /** Ends everything, and removes the folders. */
  async close(): Promise<void> {
    await this.#running?.kill();
    await stopProxies(this.data());
    this.folder.remove();
  }

  /** Writes settings, and a host by which it is seen that they are served: the same one for the same settings. */
  #say(settings: Settings): string {
    const host = `s${createHash('sha1').update(JSON.stringify(settings)).digest('hex').slice(0, 12)}.test`;
    this.folder.writeObjects('manifests/settings.yaml', [configMap('settings', settings), hostTo(host, 'web')]);
    return host;
  }
}
