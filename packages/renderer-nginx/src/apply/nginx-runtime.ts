import { setTimeout as pause } from 'node:timers/promises';
import { messageOf, LineTail, Serial, shortened, spanAttributes, spanNames, traced } from '@sluice/core';
import type { ListenAddresses, Logger, RequestMetrics, WorkerUser, ResolvedAddresses } from '@sluice/core';
import type { NginxOptions } from '../options.ts';
import { ErrorLog } from '../observe/error-log.ts';
import { LoggedCounts } from '../observe/logged-counts.ts';
import type { FoundNginx } from '../observe/probe.ts';
import { WorkerCounts } from '../observe/worker-counts.ts';
import type { NginxTable } from '../render/nginx-table.ts';
import { createHash } from 'node:crypto';
import { ControlSocket } from './control-socket.ts';
import { Draining } from './draining.ts';
import { GenerationStore } from './generation-store.ts';
import type { LiveSync } from './live-sync.ts';
import type { LuaFiles } from './lua-files.ts';
import { controlPath } from './nginx-folder.ts';
import type { NginxFolder } from './nginx-folder.ts';
import { NginxProcess } from './nginx-process.ts';
import { reloadNginx } from './reload.ts';
import type { ReloadResult } from './reload.ts';

export interface NginxRuntimeParts {
  readonly folder: NginxFolder;
  /** Undefined where it is not installed: nothing can be started then. */
  readonly nginx: FoundNginx | undefined;
  readonly options: NginxOptions;
  readonly user: WorkerUser | undefined;
  readonly asked: Pick<ListenAddresses, 'http' | 'https'>;
  readonly addresses: ResolvedAddresses;
  readonly lua: LuaFiles;
  /** Makes the channel to the workers, given how the control socket is reached. Undefined without Lua. */
  readonly live: ((socketPath: string) => LiveSync) | undefined;
  /** What is served before there is anything else. */
  readonly bootstrap: () => NginxTable;
  /** Where requests are counted; undefined where nobody wants to know. */
  readonly metrics: RequestMetrics | undefined;
  /** Takes whole lines of the access log, as binary strings. */
  readonly writeAccessLog: (lines: string) => void;
  readonly logger: Logger;
}

const ANSWER_MS = 1000;
const DRAIN_POLL_MS = 25;
/** So often in a row no connection must be idle. */
const QUIET_LOOKS = 2;

/** What is followed from the start to the end. */
interface Followed {
  start(): Promise<void> | void;
  stop(): Promise<void>;
}

/** What nginx serves, as far as it is known. */
export interface Served {
  /** Name of the generation; undefined when it is not certain which one nginx has read. */
  readonly id: string | undefined;
  /** The last generation that was certain: what a refusal goes back to. */
  readonly good: string | undefined;
  /** What was applied last; undefined for a generation of an earlier run. */
  readonly table: NginxTable | undefined;
  /** Digest of what is in the memory of the workers; undefined when that is not certain. */
  readonly live: string | undefined;
}

/** What the data plane and the reloader of one nginx share. */
export class NginxRuntime {
  readonly parts: NginxRuntimeParts;
  readonly store: GenerationStore;
  readonly control: ControlSocket;
  readonly process: NginxProcess;
  readonly errorLog: ErrorLog;
  /** The access log, and what requests are counted by. */
  readonly requests: readonly Followed[];
  readonly draining: Draining;
  /** What changes files or nginx happens one after another. */
  readonly serial = new Serial();
  readonly counters = { reloads: 0, livePushes: 0, rollbacks: 0 };
  lastReload: { readonly atMs: number; readonly reasons: readonly string[] } | undefined;
  served: Served = { id: undefined, good: undefined, table: undefined, live: undefined };
  /** The generation that was served before. */
  previous: string | undefined;
  running = false;
  #live: LiveSync | undefined;
  #controlPath: string | undefined;

  constructor(parts: NginxRuntimeParts) {
    const { folder, user, lua, nginx, logger, options, addresses } = parts;
    this.parts = parts;
    this.store = new GenerationStore({ folder, user, lua, addresses: JSON.stringify(addresses), environment: environmentOf(parts) });
    this.control = new ControlSocket(() => this.controlPath());
    this.errorLog = new ErrorLog(folder.errorLog, logger);
    this.requests = [this.#accessLog(), ...this.#counts()];
    this.draining = new Draining(
      new Set([...addresses.http, ...addresses.https].map(({ port }) => port)),
      options.drainingGenerations,
      logger,
    );
    this.process = new NginxProcess({
      folder,
      binary: nginx?.path ?? 'nginx',
      program: `${nginx?.path} ${nginx?.capabilities.version}`,
      control: this.control,
      logger,
      restarted: () => void this.serial.run(() => this.#restarted()),
      failed: () => this.#goBack(),
      leaving: async () => void (await this.drain(this.#serving())),
      left: (workers) => this.draining.add(this.served.good ?? '', workers),
    });
  }

  #accessLog(): Followed {
    const { folder, writeAccessLog, logger } = this.parts;
    return new LineTail(folder.accessLog, writeAccessLog, (bytes) => logger.warn('a part of the access log is left out', { bytes }));
  }

  #counts(): readonly Followed[] {
    const { folder, metrics, live, logger } = this.parts;
    if (metrics === undefined) return [];
    if (live === undefined) return [new LoggedCounts(folder.countLog, metrics, logger)];
    return [new WorkerCounts(metrics, async () => (this.running ? await this.control.take('/counts', ANSWER_MS) : undefined))];
  }

  /** By which this process reaches the control socket. */
  controlPath(): string {
    return (this.#controlPath ??= controlPath(this.parts.folder));
  }

  /**
   * Makes the workers' memory hold what `table` has, and what `keep` has besides; nothing without Lua. An nginx that serves without it
   * gets the table when it reads a configuration that has it.
   */
  async syncLive(table: NginxTable | undefined, keep?: NginxTable): Promise<void> {
    const live = this.#channel();
    if (live === undefined || table?.live === undefined) return;
    if (!(await this.#hasMemory())) return live.prepare(table.live);
    await live.sync(table.live, ...(keep?.live === undefined ? [] : [keep.live]));
    this.counters.livePushes++;
  }

  /**
   * Workers of the configuration with this digest send their clients to others; `undefined`: none. That they do not is no reason to fail.
   * How many connections of clients are idle; `undefined` where they could not be told.
   */
  async drain(digest: string | undefined): Promise<number | undefined> {
    try {
      return (await this.#hasMemory()) ? await this.#channel()?.drain(digest) : undefined;
    } catch (error) {
      this.parts.logger.warn('old workers of nginx cannot be told to send clients elsewhere', { error: messageOf(error) });
      return undefined;
    }
  }

  /** As `drain`, and gives idle connections time to be used once more: those that are idle when their worker ends may be reset. */
  async drainIdle(digest: string | undefined, signal: AbortSignal): Promise<void> {
    const endMs = performance.now() + this.parts.options.idleDrainMs;
    // What was being answered when they were told may have kept its connection, which is idle a moment later: one look is not enough.
    for (let quiet = 0; quiet < QUIET_LOOKS && performance.now() < endMs; await pause(DRAIN_POLL_MS, undefined, { signal })) {
      const idle = await this.drain(digest);
      if (idle === undefined) return;
      quiet = idle === 0 ? quiet + 1 : 0;
    }
  }

  /** Makes nginx read `current`, and waits until it serves the table with this digest. The reasons are for the trace. */
  reload(digest: string, reasons: readonly string[], signal: AbortSignal): Promise<ReloadResult> {
    const { process, control, errorLog, parts } = this;
    const reload = { process, control, errorLog, logger: parts.logger, timeoutMs: parts.options.testTimeoutMs };
    const attributes = { [spanAttributes.reloadReasons]: [...shortened(reasons)] };
    return traced(spanNames.reload, () => reloadNginx(reload, digest, signal), { attributes });
  }

  /** Whether a worker answers by the configuration, and with the memory, that were applied last. */
  async answers(): Promise<boolean> {
    const { table } = this.served;
    if (table === undefined || (await this.control.generation(ANSWER_MS)) !== table.digest) return false;
    if (table.live === undefined || this.parts.live === undefined) return true;
    const memory = await this.control.get('/live', ANSWER_MS);
    return memory === undefined || memory.includes(`"digest":"${table.live.digest}"`);
  }

  /** Before all workers end: they send their clients away, and idle ones get time to hear of it until `signal` fires. */
  async leave(signal: AbortSignal): Promise<void> {
    await this.drainIdle(this.#serving(), signal).catch(() => undefined);
  }

  /** Digest of the configuration whose workers serve now. */
  #serving(): string | undefined {
    const id = this.served.good ?? this.store.acknowledged();
    return id === undefined ? undefined : this.store.manifest(id)?.table;
  }

  async close(): Promise<void> {
    await this.#live?.close();
    this.#live = undefined;
  }

  #channel(): LiveSync | undefined {
    return (this.#live ??= this.parts.live?.(this.controlPath()));
  }

  async #hasMemory(): Promise<boolean> {
    return this.#channel() !== undefined && (await this.control.get('/live', ANSWER_MS)) !== undefined;
  }

  /** Removes generations that nobody reads any more. */
  async tidy(): Promise<void> {
    const { generations } = this.draining.census();
    const kept = [this.served.id, this.previous, ...generations].filter((id) => id !== undefined);
    await this.store.keepOnly(new Set(kept));
  }

  /** nginx cannot be started with what it would read: the last generation that it served may do. */
  async #goBack(): Promise<void> {
    const { good } = this.served;
    if (good === undefined || this.store.currentId() === good || !this.store.isUsable(good)) return;
    this.parts.logger.warn('nginx goes back to the configuration that it served before', { generation: good });
    await this.store.switchTo(good);
  }

  /** A new master has empty memory: what was there is pushed again. */
  async #restarted(): Promise<void> {
    this.served = { ...this.served, live: undefined };
    try {
      await this.syncLive(this.served.table);
      this.served = { ...this.served, live: this.served.table?.live?.digest };
    } catch (error) {
      this.parts.logger.error('nginx could not be told its endpoints after its restart', { error: messageOf(error) });
    }
  }
}

/** Everything besides the model that decides what nginx does with a table. */
function environmentOf({ nginx, options, user, addresses }: NginxRuntimeParts): string {
  return createHash('sha256')
    .update(JSON.stringify([nginx, options, user, addresses]))
    .digest('hex');
}
