import {
  isSluiceError,
  messageOf,
  processInfo,
  ensureDefaultCertificate,
  claimFolder,
  releaseFolder,
  checkAddresses,
  rememberPorts,
  showAddress,
  portsOf,
} from '@sluice/core';
import type { Dataplane, DataplaneHealth, DataplaneStats, ProcessIdentity, ResolvedAddresses, ReloadFacts } from '@sluice/core';
import { missingNginx } from '../observe/probe.ts';
import { hangingWorker } from '../observe/worker-beat.ts';
import { parseStubStatus } from '../observe/stub-status.ts';
import { prepareFolder } from './nginx-folder.ts';
import type { NginxRuntime } from './nginx-runtime.ts';
import type { Capabilities } from '../translate/capabilities.ts';

const HOUSEKEEPING_MS = 1000;
const ANSWER_MS = 1000;

const NO_STATS: DataplaneStats = { acceptedConnections: 0, activeConnections: 0, requests: 0 };

/** nginx as a process of its own, from its start or take-over to its end. */
export class NginxDataplane implements Dataplane {
  readonly #runtime: NginxRuntime;
  #stats: DataplaneStats = NO_STATS;
  #timer: NodeJS.Timeout | undefined;
  /** What was told of keeping house last. */
  #trouble = '';

  constructor(runtime: NginxRuntime) {
    this.#runtime = runtime;
  }

  /**
   * Takes over the nginx that runs in the folder; otherwise starts one with the generation that served last, or with one that
   * answers 503. Throws `SLU3001` and `SLU3002`; rejects with the reason of `signal`. No nginx of this start is left then.
   */
  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { parts, process, errorLog, requests } = this.#runtime;
    if (parts.nginx === undefined) throw missingNginx(parts.options.binary);
    this.#tellMissingLua(parts.nginx.capabilities);
    await this.#prepare();
    signal.throwIfAborted();
    await checkAddresses(parts.addresses, this.#portsInUse());
    await errorLog.start();
    for (const one of requests) await one.start();
    try {
      await this.#serve(signal);
    } catch (error) {
      await process.stop(AbortSignal.abort());
      await errorLog.stop();
      for (const one of requests) await one.stop();
      releaseFolder(parts.folder);
      throw error;
    }
    this.#runtime.running = true;
    this.#timer = setInterval(() => void this.#keepHouse(), HOUSEKEEPING_MS).unref();
    const { http, https } = parts.addresses;
    parts.logger.info('listening', { http: http.map(showAddress), https: https.map(showAddress) });
  }

  async stop(signal: AbortSignal): Promise<void> {
    clearInterval(this.#timer);
    const { running, process, errorLog, requests, parts } = this.#runtime;
    this.#runtime.running = false;
    if (!running) return;
    const cut = (): void => this.#tellCut();
    signal.addEventListener('abort', cut, { once: true });
    await this.#runtime.leave(signal);
    await process.stop(signal);
    signal.removeEventListener('abort', cut);
    await this.#runtime.close();
    await errorLog.stop();
    for (const one of requests) await one.stop();
    releaseFolder(parts.folder);
  }

  #tellCut(): void {
    const { parts, process, draining } = this.#runtime;
    const connections = draining.connections(process.workers());
    parts.logger.warn('the time to stop is over: nginx is ended, and the connections that it still has are cut', { connections });
  }

  async health(): Promise<DataplaneHealth> {
    const { running, process, control } = this.#runtime;
    const ill = (reason: string): DataplaneHealth => ({ healthy: false, reason });
    if (!running) return ill('nginx is not started');
    if (!process.isAlive()) return ill('nginx does not run; it is being started again');
    const stopped = [process.pid ?? 0, ...process.workers().map(({ pid }) => pid)].find((pid) => processInfo(pid)?.state === 'T');
    if (stopped !== undefined) return ill(`the process ${stopped} of nginx is stopped (SIGSTOP)`);
    const answer = await control.generation(ANSWER_MS);
    if (answer === undefined) return ill(`nginx does not answer within ${ANSWER_MS} ms`);
    // Another worker may have answered than the one that hangs.
    const hung = hangingWorker(await control.get('/workers', ANSWER_MS));
    if (hung === undefined) return { healthy: true };
    return ill(`the worker ${hung.pid} of nginx has not done anything for ${Math.floor(hung.silentSeconds ?? 0)} s`);
  }

  /** As of the last look, a second ago at most. */
  stats(): DataplaneStats {
    return this.#stats;
  }

  processes(): readonly ProcessIdentity[] {
    return this.#runtime.process.all();
  }

  addresses(): ResolvedAddresses {
    return this.#runtime.parts.addresses;
  }

  reloads(): ReloadFacts {
    const { counters, process, lastReload } = this.#runtime;
    return { reloads: counters.reloads, rollbacks: counters.rollbacks, restarts: process.restarts, lastReload };
  }

  facts(): Readonly<Record<string, unknown>> {
    const { parts, process, counters, draining, lastReload, served } = this.#runtime;
    const capabilities = parts.nginx?.capabilities;
    const { generations, workers, connections } = draining.census();
    return {
      proxy: 'nginx',
      version: capabilities?.version,
      lua: capabilities?.lua.found === true ? 'yes' : `no: ${capabilities?.lua.because ?? 'nginx is not installed'}`,
      pid: process.pid,
      generation: served.id,
      ...counters,
      restarts: process.restarts,
      lastReload,
      draining: { generations: new Set(generations).size, workers, connections },
    };
  }

  /** Everything works without it, and reloads more often: nobody would find out why. */
  #tellMissingLua({ lua }: Capabilities): void {
    const { options, logger } = this.#runtime.parts;
    if (lua.found || options.lua === 'off') return;
    const install = 'apt-get install libnginx-mod-http-lua, or set nginx.lua to off';
    logger.warn('nginx has no Lua: endpoints and certificates change with reloads', { because: lua.because, help: install });
  }

  async #prepare(): Promise<void> {
    const { parts, store } = this.#runtime;
    prepareFolder(parts.folder, parts.user);
    claimFolder(parts.folder);
    store.clean();
    await ensureDefaultCertificate(parts.folder.defaults);
    await rememberPorts(parts.asked, parts.addresses, parts.folder);
  }

  /** Ports of an nginx that will be taken over, or of workers that serve on until there is one. */
  #portsInUse(): ReadonlySet<number> {
    return new Set(this.#runtime.process.remains().flatMap((pid) => [...portsOf(pid)]));
  }

  async #serve(signal: AbortSignal): Promise<void> {
    const { store, process, parts } = this.#runtime;
    if (await process.adopt(signal)) return this.#takeOver();
    const last = new Set([store.currentId(), store.acknowledged()].filter((id) => id !== undefined && store.isUsable(id)));
    for (const id of last) if (id !== undefined && (await this.#startWith(id, signal))) return;
    const id = await store.write(parts.bootstrap());
    await store.switchTo(id);
    await process.start(signal);
    await this.#serves(id);
  }

  /** Which generation the nginx that runs has read: the current one, unless whoever ran before ended between switch and reload. */
  async #takeOver(): Promise<void> {
    const { store, control, draining, process, parts } = this.#runtime;
    const [current, acknowledged] = [store.currentId(), store.acknowledged()];
    if (current === undefined || !store.isUsable(current))
      parts.logger.warn('nginx listens where the run before did until there is a configuration', { ports: [...this.#portsInUse()] });
    const likely = current !== undefined && acknowledged === current;
    const served = likely && (await control.generation(ANSWER_MS)) === store.manifest(current)?.table;
    this.#runtime.served = { id: served ? current : undefined, good: acknowledged ?? current, table: undefined, live: undefined };
    draining.add(
      'of an earlier run',
      process.workers().filter((worker) => worker.draining),
    );
  }

  /** Starts nginx with what served last. False when it does not like it any more. */
  async #startWith(id: string, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#runtime.store.switchTo(id);
      await this.#runtime.process.start(signal);
    } catch (error) {
      if (!isSluiceError(error) || error.code !== 'SLU3002') throw error;
      this.#runtime.parts.logger.error('nginx refuses the configuration that it served last', { generation: id, error: error.message });
      return false;
    }
    await this.#serves(id);
    return true;
  }

  async #serves(id: string): Promise<void> {
    this.#runtime.served = { id, good: id, table: undefined, live: undefined };
    await this.#runtime.store.acknowledge(id);
  }

  async #keepHouse(): Promise<void> {
    const { serial, draining, control, parts } = this.#runtime;
    if (!serial.idle) return;
    await serial
      .run(async () => {
        const status = await control.get('/stub', ANSWER_MS);
        this.#stats = (status === undefined ? undefined : parseStubStatus(status)) ?? this.#stats;
        draining.enforce();
        if (this.#runtime.running) await this.#runtime.tidy();
      })
      .catch((error: unknown) => {
        const trouble = messageOf(error);
        if (trouble !== this.#trouble) parts.logger.warn('old configurations of nginx cannot be removed', { error: trouble });
        this.#trouble = trouble;
      });
  }
}
