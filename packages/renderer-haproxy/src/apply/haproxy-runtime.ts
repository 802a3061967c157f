import {
  Serial,
  SluiceError,
  clientConnections,
  processInfo,
  reachableSocket,
  shortened,
  spanAttributes,
  spanNames,
  traced,
} from '@sluice/core';
import type { ListenAddresses, Logger, ProcessIdentity, RequestMetrics, ResolvedAddresses, WorkerUser } from '@sluice/core';
import type { HaproxyOptions } from '../options.ts';
import { OutputLog } from '../observe/output-log.ts';
import type { FoundHaproxy } from '../observe/probe.ts';
import { RequestLines } from '../observe/request-lines.ts';
import { RequestSocket } from '../observe/request-socket.ts';
import type { GeneratedFile, HaproxyTable } from '../render/haproxy-table.ts';
import { digestOf, fileFingerprint } from './generated-texts.ts';
import { GenerationStore } from './generation-store.ts';
import type { HaproxyFolder } from './haproxy-folder.ts';
import { HaproxyProcess } from './haproxy-process.ts';
import { LeavingServers } from './leaving-servers.ts';
import { freshlyLoaded } from './loaded.ts';
import type { Loaded } from './loaded.ts';
import { MasterCli } from './master-cli.ts';
import { reloadHaproxy } from './reload.ts';
import type { ReloadResult } from './reload.ts';
import { WorkerChannel } from './worker-channel.ts';

export interface HaproxyRuntimeParts {
  readonly folder: HaproxyFolder;
  /** Undefined where it is not installed: nothing can be started then. */
  readonly haproxy: FoundHaproxy | undefined;
  readonly options: HaproxyOptions;
  /** Who the workers are; undefined where nobody has rights to give up. */
  readonly user: WorkerUser | undefined;
  readonly asked: Pick<ListenAddresses, 'http' | 'https'>;
  readonly addresses: ResolvedAddresses;
  /** Files that every generation has besides those of its table. */
  readonly lua: readonly GeneratedFile[];
  /** What is served before there is anything else. */
  readonly bootstrap: () => HaproxyTable;
  /** Takes whole lines of the access log, as binary strings; undefined where nobody wants them. */
  readonly writeAccessLog: ((lines: string) => void) | undefined;
  readonly logger: Logger;
  /** Where requests are counted; undefined where nobody wants to know. */
  readonly metrics: RequestMetrics | undefined;
}

const ANSWER_MS = 1000;

/** What HAProxy serves, as far as it is known. */
export interface Served {
  /** The generation that says what is served: the one to start with, and to go back to. */
  readonly good: string | undefined;
  /** What was applied last; undefined for a generation of an earlier run. */
  readonly table: HaproxyTable | undefined;
  /** What the worker has; undefined when that is not certain. */
  readonly loaded: Loaded | undefined;
  /** Why it is not certain. */
  readonly unsure: string;
}

/** What the data plane and the reloader of one HAProxy share. */
export class HaproxyRuntime {
  readonly parts: HaproxyRuntimeParts;
  readonly store: GenerationStore;
  readonly cli: MasterCli;
  readonly process: HaproxyProcess;
  readonly output: OutputLog;
  readonly requests: RequestLines;
  readonly requestSocket: RequestSocket;
  /** What changes files or HAProxy happens one after another. */
  readonly serial = new Serial();
  readonly leaving: LeavingServers;
  readonly counters = { reloads: 0, runtimeUpdates: 0, rollbacks: 0 };
  lastReload: { readonly atMs: number; readonly reasons: readonly string[] } | undefined;
  served: Served = { good: undefined, table: undefined, loaded: undefined, unsure: 'HAProxy is not started' };
  running = false;
  /** Old workers and their connections of clients, as of the last look. */
  draining = { workers: 0, connections: 0 };
  readonly #ports: ReadonlySet<number>;
  readonly #luaDigest: string;
  #workerPath: string | undefined;
  #masterPath: string | undefined;

  constructor(parts: HaproxyRuntimeParts) {
    const { folder, haproxy, addresses, logger } = parts;
    this.parts = parts;
    this.#ports = new Set([...addresses.http, ...addresses.https].map(({ port }) => port));
    this.store = new GenerationStore(folder, JSON.stringify(addresses));
    this.cli = new MasterCli(
      () => (this.#masterPath ??= reachableSocket(folder.masterSocket)),
      () => this.workerPath(),
    );
    this.requests = new RequestLines(parts.metrics, parts.writeAccessLog);
    const take = (lines: readonly string[]): void => this.requests.take(lines);
    this.requestSocket = new RequestSocket(folder.requests, parts.user, take);
    this.output = new OutputLog(folder.output, take, logger);
    this.leaving = new LeavingServers(this.serial, haproxy?.capabilities.waitsForServers === true);
    this.#luaDigest = parts.lua.map((file) => `${file.path} ${fileFingerprint(file)}\n`).join('');
    this.process = new HaproxyProcess({
      folder,
      binary: haproxy?.path ?? 'haproxy',
      program: `${haproxy?.path} ${haproxy?.capabilities.version}`,
      cli: this.cli,
      logger,
      restarted: () => void this.serial.run(() => this.#restarted()),
      failed: () => this.#goBack(),
    });
  }

  /** A table with the files that every generation has. */
  complete(table: HaproxyTable): HaproxyTable {
    const { lua } = this.parts;
    if (lua.length === 0) return table;
    return { ...table, files: [...table.files, ...lua], digest: digestOf(table.digest + this.#luaDigest) };
  }

  /** By which this process reaches the socket of the worker. */
  workerPath(): string {
    return (this.#workerPath ??= reachableSocket(this.parts.folder.workerSocket));
  }

  /** The command line of the worker that has read a generation. */
  channel(id: string): WorkerChannel {
    return new WorkerChannel(this.workerPath(), id);
  }

  /** Makes HAProxy read `current`, and waits until it serves the generation. The reasons are for the trace. */
  reload(id: string, reasons: readonly string[], signal: AbortSignal): Promise<ReloadResult> {
    const { process, cli, output, parts } = this;
    const attributes = { [spanAttributes.reloadReasons]: [...shortened(reasons)] };
    const work = (): Promise<ReloadResult> => reloadHaproxy({ process, cli, output, timeoutMs: parts.options.testTimeoutMs }, id, signal);
    return traced(spanNames.reload, work, { attributes });
  }

  /** Whether the worker that answers has read the generation that was applied last, or was told what came since. */
  async answers(): Promise<boolean> {
    const { loaded } = this.served;
    return loaded !== undefined && (await this.cli.generation({ timeoutMs: ANSWER_MS })) === loaded.id;
  }

  /** The worker has read a generation of a table, and was told nothing since. */
  async serves(id: string, table: HaproxyTable | undefined): Promise<void> {
    const unsure = 'HAProxy serves what an earlier run has configured';
    this.leaving.forget();
    this.served = { good: id, table, loaded: table && freshlyLoaded(id, table), unsure };
    await this.store.acknowledge(id);
  }

  /** Nobody knows what the worker has until the next reload. */
  lose(unsure: string): void {
    this.served = { ...this.served, loaded: undefined, unsure };
  }

  /** Removes generations that nobody reads any more: HAProxy reads them when it starts and reloads, and not again. */
  async tidy(): Promise<void> {
    const { good } = this.served;
    await this.store.keepOnly(new Set(good === undefined ? [] : [good]));
  }

  /** What is left of old configurations: how many connections of clients, as far as the kernel tells. */
  async census(): Promise<number> {
    const processes = await this.cli.processes();
    if (processes === undefined) return this.draining.connections;
    const old = processes.oldWorkers.flatMap((pid) => processInfo(pid) ?? []);
    this.draining = { workers: old.length, connections: this.connectionsOf(old) };
    return this.draining.connections;
  }

  /** Connections of clients with some workers, as far as the kernel tells. */
  connectionsOf(workers: readonly ProcessIdentity[]): number {
    return [...clientConnections(workers, this.#ports).values()].reduce((total, count) => total + count, 0);
  }

  /** HAProxy cannot be started with what it would read: the last generation that it served may do. */
  async #goBack(): Promise<void> {
    const { good } = this.served;
    if (good === undefined || this.store.currentId() === good || !this.store.isUsable(good)) return;
    this.parts.logger.warn('haproxy goes back to the configuration that it served before', { generation: good });
    await this.store.switchTo(good);
  }

  /** It has read what is on the disk, which is what was applied last unless that was in the middle of something. */
  async #restarted(): Promise<void> {
    const { good, table, loaded } = this.served;
    const isWhole = loaded !== undefined && table !== undefined && good !== undefined && this.store.currentId() === good;
    if (isWhole && (await this.cli.generation({ timeoutMs: ANSWER_MS })) === good) await this.serves(good, table);
    else this.lose('HAProxy was started again in the middle of a change');
  }
}

/** The table of what was applied to HAProxy; throws for what is none. */
export function tableOf({ table }: { readonly table?: unknown }): HaproxyTable {
  const isTable = typeof table === 'object' && table !== null && 'frame' in table && 'backends' in table && 'maps' in table;
  if (!isTable) throw new SluiceError('SLU3002', 'the artifact was not rendered for HAProxy');
  return table as HaproxyTable;
}
