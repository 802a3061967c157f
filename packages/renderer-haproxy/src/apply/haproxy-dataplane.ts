import {
  checkAddresses,
  claimFolder,
  ensureDefaultCertificate,
  isSluiceError,
  messageOf,
  portsOf,
  processInfo,
  releaseFolder,
  rememberPorts,
  showAddress,
} from '@sluice/core';
import type { Dataplane, DataplaneHealth, DataplaneStats, ProcessIdentity, ResolvedAddresses, ReloadFacts } from '@sluice/core';
import { unusableHaproxy } from '../observe/probe.ts';
import { SummedStats, infoQuestion, parseWorkerInfo } from '../observe/show-info.ts';
import { prepareFolder } from './haproxy-folder.ts';
import type { HaproxyRuntime } from './haproxy-runtime.ts';
import { sparesLeft } from './loaded.ts';

const HOUSEKEEPING_MS = 1000;
const ANSWER_MS = 1000;

/** HAProxy as a process of its own, from its start or take-over to its end. */
export class HaproxyDataplane implements Dataplane {
  readonly #runtime: HaproxyRuntime;
  readonly #stats = new SummedStats();
  #timer: NodeJS.Timeout | undefined;
  /** What was told of keeping house last. */
  #trouble = '';

  constructor(runtime: HaproxyRuntime) {
    this.#runtime = runtime;
  }

  /**
   * Takes over the HAProxy that runs in the folder; otherwise starts one with the generation that served last, or with one that
   * answers 503. Throws `SLU3001` and `SLU3002`; rejects with the reason of `signal`. No HAProxy of this start is left then.
   */
  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { parts, process, output, requestSocket } = this.#runtime;
    const unusable = unusableHaproxy(parts.haproxy, parts.options.binary);
    if (unusable !== undefined) throw unusable;
    await this.#prepare();
    signal.throwIfAborted();
    await checkAddresses(parts.addresses, this.#portsInUse());
    await output.start();
    try {
      await requestSocket.start();
      await this.#serve(signal);
    } catch (error) {
      await process.stop(AbortSignal.abort());
      requestSocket.stop();
      await output.stop();
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
    const { running, process, output, requestSocket, parts, leaving } = this.#runtime;
    this.#runtime.running = false;
    if (!running) return;
    const cut = (): void => {
      const connections = this.#runtime.connectionsOf(process.workers());
      parts.logger.warn('the time to stop is over: haproxy is ended, and the connections that it still has are cut', { connections });
    };
    signal.addEventListener('abort', cut, { once: true });
    leaving.forget();
    await process.stop(signal);
    signal.removeEventListener('abort', cut);
    requestSocket.stop();
    await output.stop();
    releaseFolder(parts.folder);
  }

  async health(): Promise<DataplaneHealth> {
    const { running, process, cli } = this.#runtime;
    const ill = (reason: string): DataplaneHealth => ({ healthy: false, reason });
    if (!running) return ill('HAProxy is not started');
    if (!process.isAlive()) return ill('HAProxy does not run; it is being started again');
    const answer = await cli.ask('show info', ANSWER_MS);
    const stopped = [process.pid ?? 0, ...process.workers().map(({ pid }) => pid)].find((pid) => processInfo(pid)?.state === 'T');
    if (stopped !== undefined) return ill(`the process ${stopped} of HAProxy is stopped (SIGSTOP)`);
    return answer === undefined ? ill(`HAProxy does not answer within ${ANSWER_MS} ms`) : { healthy: true };
  }

  /** As of the last look, a second ago at most. */
  stats(): DataplaneStats {
    return this.#stats.sum();
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
    const { parts, process, counters, lastReload, served, draining, leaving } = this.#runtime;
    const capabilities = parts.haproxy?.capabilities;
    return {
      proxy: 'haproxy',
      version: capabilities?.version,
      lua: capabilities?.lua === undefined ? 'no' : `yes: ${capabilities.lua}`,
      pid: process.pid,
      generation: served.good,
      ...counters,
      restarts: process.restarts,
      lastReload,
      spareBackends: served.loaded === undefined ? undefined : sparesLeft(served.loaded),
      leavingServers: leaving.size,
      draining,
    };
  }

  async #prepare(): Promise<void> {
    const { parts, store } = this.#runtime;
    prepareFolder(parts.folder, parts.user);
    claimFolder(parts.folder);
    store.clean();
    await ensureDefaultCertificate(parts.folder.defaults);
    await rememberPorts(parts.asked, parts.addresses, parts.folder);
  }

  /** Ports of an HAProxy that will be taken over, or that serves on until there is another one. */
  #portsInUse(): ReadonlySet<number> {
    return new Set(this.#runtime.process.remains().flatMap((pid) => [...portsOf(pid)]));
  }

  async #serve(signal: AbortSignal): Promise<void> {
    const { store, process, parts } = this.#runtime;
    if (await process.adopt(signal)) return this.#takeOver();
    const last = new Set([store.currentId(), store.acknowledged()].filter((id) => id !== undefined && store.isUsable(id)));
    for (const id of last) if (id !== undefined && (await this.#startWith(id, signal))) return;
    const table = this.#runtime.complete(parts.bootstrap());
    const id = await store.write(table);
    await store.switchTo(id);
    await process.start(signal);
    await this.#runtime.serves(id, table);
  }

  /** What the HAProxy that runs was told is not known; the generation to go back to is. */
  async #takeOver(): Promise<void> {
    const { store, served, parts } = this.#runtime;
    const [current, acknowledged] = [store.currentId(), store.acknowledged()];
    if (current === undefined || !store.isUsable(current))
      parts.logger.warn('haproxy listens where the run before did until there is a configuration', { ports: [...this.#portsInUse()] });
    const unsure = 'HAProxy was started by an earlier run, and what it was told since is not known';
    this.#runtime.served = { ...served, good: acknowledged ?? current, unsure };
    await this.#runtime.census();
  }

  /** Starts HAProxy with what served last. False when it does not like it any more. */
  async #startWith(id: string, signal: AbortSignal): Promise<boolean> {
    const { store, process, parts } = this.#runtime;
    try {
      await store.switchTo(id);
      await process.start(signal);
    } catch (error) {
      if (!isSluiceError(error) || error.code !== 'SLU3002') throw error;
      parts.logger.error('haproxy refuses the configuration that it served last', { generation: id, error: error.message });
      return false;
    }
    await this.#runtime.serves(id, undefined);
    return true;
  }

  async #keepHouse(): Promise<void> {
    const { serial, cli, parts, process } = this.#runtime;
    if (!serial.idle) return;
    await serial
      .run(async () => {
        process.workers();
        const answer = await cli.ask(infoQuestion, ANSWER_MS);
        const info = answer === undefined ? undefined : parseWorkerInfo(answer);
        if (info !== undefined) this.#stats.add(info);
        if (!this.#runtime.running) return;
        if (this.#runtime.draining.workers > 0) await this.#runtime.census();
      })
      .catch((error: unknown) => {
        const trouble = messageOf(error);
        if (trouble !== this.#trouble) parts.logger.warn('haproxy cannot be looked after', { error: trouble });
        this.#trouble = trouble;
      });
  }
}
