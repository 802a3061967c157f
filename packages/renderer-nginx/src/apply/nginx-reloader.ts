import { SluiceError, admitStreams, isSluiceError, messageOf, openPortsOf, shortened, spanNames, traced } from '@sluice/core';
import type { Admission, ApplyOutcome, Artifact, Generation, Reloader, RoutingModel, Validation } from '@sluice/core';
import type { NginxTable } from '../render/nginx-table.ts';
import { testConfiguration } from '../validate/nginx-test.ts';
import { changeReasons, liveReasons } from './change-reasons.ts';
import type { NginxRuntime } from './nginx-runtime.ts';
import type { ReloadResult } from './reload.ts';

/** The generation that nginx is to read, and why. */
interface Due {
  readonly id: string;
  readonly reasons: readonly string[];
}

type Failure = Exclude<ReloadResult, { kind: 'served' }>;

/** Why nginx reads a generation once more. */
const BACK = ['back to the generation before'];

/** How many accepted configurations are remembered. */
const REMEMBERED = 16;

/**
 * Brings tables to nginx: what is in the memory of workers is pushed, everything else is a new generation and a reload. The
 * generation that serves goes on serving until workers of the new one have answered.
 */
export class NginxReloader implements Reloader {
  readonly #runtime: NginxRuntime;
  readonly #accepted = new Set<string>();
  #current: Generation | undefined;

  constructor(runtime: NginxRuntime) {
    this.#runtime = runtime;
  }

  admit(model: RoutingModel): Promise<Admission> {
    const { process, parts } = this.#runtime;
    const { stream } = parts.nginx?.capabilities ?? {};
    const ours = openPortsOf(model.streams.length === 0 ? [] : process.remains());
    return admitStreams(model, {
      listen: parts.addresses,
      isOurs: ({ protocol, port }) => stream?.found === false || ours[protocol].has(port),
    });
  }

  /** Accepts everything where nginx is not installed, as in a check of manifests on another machine. */
  async validate(artifact: Artifact, signal: AbortSignal): Promise<Validation> {
    const { store, served, parts } = this.#runtime;
    const table = tableOf(artifact);
    const id = store.idOf(table);
    if (parts.nginx === undefined || id === served.id || this.#accepted.has(id)) return { kind: 'accepted' };
    const test = { binary: parts.nginx.path, folder: parts.folder, timeoutMs: parts.options.testTimeoutMs };
    try {
      const result = await testConfiguration(test, { chunks: table.chunks, files: store.filesOf(table) }, signal);
      if (result.kind === 'accepted') this.#remember(id);
      return result;
    } catch (error) {
      if (signal.aborted || isSluiceError(error)) throw error;
      throw new SluiceError('SLU3004', `the configuration cannot be tested: ${messageOf(error)}`, { cause: error });
    }
  }

  /** Rejects with `SLU3002` when nginx is not started, and with retryable errors when files or sockets fail. */
  apply(artifact: Artifact, signal: AbortSignal): Promise<ApplyOutcome> {
    return this.#runtime.serial.run(() => this.#apply(artifact, signal));
  }

  current(): Generation | undefined {
    return this.#current;
  }

  probe(): Promise<boolean> {
    return this.#runtime.answers();
  }

  #apply(artifact: Artifact, signal: AbortSignal): Promise<ApplyOutcome> {
    const { running, store, served } = this.#runtime;
    if (!running) throw new SluiceError('SLU3002', 'nginx is not started');
    const table = tableOf(artifact);
    return store.idOf(table) === served.id ? this.#push(artifact, table) : this.#reload(artifact, table, signal);
  }

  /** nginx has read this configuration already: what is left is what changes without a reload. */
  async #push(artifact: Artifact, table: NginxTable): Promise<ApplyOutcome> {
    const { served } = this.#runtime;
    const known = served.table !== undefined && served.live === table.live?.digest;
    if (known && this.#current?.digest === artifact.digest) return { kind: 'unchanged', generation: this.#current };
    const reasons = served.table === undefined ? ['nginx served this configuration already'] : liveReasons(served.table, table);
    try {
      await traced(spanNames.push, () => this.#runtime.syncLive(table));
    } catch (error) {
      return rejected(error);
    }
    this.#runtime.served = { ...served, table, live: table.live?.digest };
    return this.#applied(artifact, reasons.length > 0 ? reasons : ['endpoints and certificates sent again']);
  }

  async #reload(artifact: Artifact, table: NginxTable, signal: AbortSignal): Promise<ApplyOutcome> {
    const { store, served, draining, counters } = this.#runtime;
    const reasons = [...changeReasons(served.table, table), ...liveReasons(served.table, table)];
    const id = await traced(spanNames.write, () => store.write(table));
    try {
      // Old and new workers find in memory what each of them needs.
      await traced(spanNames.push, () => this.#runtime.syncLive(table, served.table));
    } catch (error) {
      // Workers that an earlier version of this program has started may understand nothing of it: they are to go.
      if (served.table !== undefined || !isSluiceError(error) || error.code !== 'SLU3005') return rejected(error);
    }
    const result = await this.#take(table, { id, reasons }, signal);
    if (result.kind !== 'served') return this.#rollBack(served.good, id, result);
    this.#runtime.served = { id, good: id, table, live: undefined };
    this.#runtime.previous = served.good;
    await store.acknowledge(id);
    counters.reloads++;
    this.#runtime.lastReload = { atMs: Date.now(), reasons: shortened(reasons) };
    draining.add(served.good ?? '', result.old);
    await traced(spanNames.push, () => this.#runtime.syncLive(table));
    this.#runtime.served = { id, good: id, table, live: table.live?.digest };
    await this.#runtime.drain(undefined);
    await this.#runtime.tidy().catch(() => undefined);
    return this.#applied(artifact, reasons);
  }

  /** Old workers send their clients to the new ones as long as they are asked. */
  async #take(table: NginxTable, { id, reasons }: Due, signal: AbortSignal): Promise<ReloadResult> {
    const { store, served } = this.#runtime;
    await store.switchTo(id);
    // From here on nginx may read the new one at any moment, were it to die and be started again.
    this.#runtime.served = { ...served, id: undefined, live: undefined };
    const old = served.good === undefined ? undefined : store.manifest(served.good);
    await this.#runtime.drainIdle(old?.table, signal);
    return this.#runtime.reload(table.digest, reasons, signal);
  }

  /** Nothing of the refused generation is left, neither for the next start nor in the workers. */
  async #rollBack(good: string | undefined, refused: string, { kind, message }: Failure): Promise<ApplyOutcome> {
    const { store, counters, served } = this.#runtime;
    counters.rollbacks++;
    this.#accepted.delete(refused);
    const manifest = good === undefined ? undefined : store.manifest(good);
    if (good === undefined || manifest === undefined) return { kind: 'rolledBack', message };
    await store.switchTo(good);
    const certain =
      kind === 'refused' || (await this.#runtime.reload(manifest.table, BACK, new AbortController().signal)).kind === 'served';
    this.#runtime.served = { ...served, id: certain ? good : undefined, live: undefined };
    await store.acknowledge(certain ? good : undefined);
    await this.#runtime.drain(undefined);
    await this.#runtime.syncLive(served.table);
    this.#runtime.served = { ...this.#runtime.served, live: served.table?.live?.digest };
    await this.#runtime.tidy().catch(() => undefined);
    return { kind: 'rolledBack', message };
  }

  #applied({ digest }: Artifact, reasons: readonly string[]): ApplyOutcome {
    const { connections } = this.#runtime.draining.census();
    this.#current = { digest, appliedAtMs: Date.now() };
    const still = connections === 0 ? [] : [`${connections} ${connections === 1 ? 'connection' : 'connections'} still on old workers`];
    return { kind: 'applied', generation: this.#current, reasons: [...shortened(reasons), ...still], draining: connections };
  }

  #remember(id: string): void {
    this.#accepted.add(id);
    const [oldest] = this.#accepted;
    if (this.#accepted.size > REMEMBERED && oldest !== undefined) this.#accepted.delete(oldest);
  }
}

/** What does not fit into the memory of nginx is refused for good; everything else that goes wrong may go right the next time. */
function rejected(error: unknown): ApplyOutcome {
  if (isSluiceError(error) && error.code === 'SLU3003') return { kind: 'rejected', message: error.message };
  throw error;
}

function isNginxTable(table: unknown): table is NginxTable {
  return typeof table === 'object' && table !== null && 'chunks' in table && 'files' in table && 'digest' in table;
}

function tableOf({ table }: Artifact): NginxTable {
  if (!isNginxTable(table)) throw new SluiceError('SLU3002', 'the artifact was not rendered for nginx');
  return table;
}
