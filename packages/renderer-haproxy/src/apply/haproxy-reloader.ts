import {
  SluiceError,
  admitStreams,
  defaultServing,
  isSluiceError,
  messageOf,
  openPortsOf,
  shortened,
  spanNames,
  traced,
} from '@sluice/core';
import type { Admission, ApplyOutcome, Artifact, Generation, Reloader, RoutingModel, Validation } from '@sluice/core';
import type { HaproxyTable } from '../render/haproxy-table.ts';
import { AcceptedTables } from '../validate/accepted-tables.ts';
import { testConfiguration } from '../validate/haproxy-test.ts';
import type { HaproxyRuntime } from './haproxy-runtime.ts';
import { tableOf } from './haproxy-runtime.ts';
import { freshlyLoaded } from './loaded.ts';
import type { Loaded } from './loaded.ts';
import { verifyAll } from './read-back.ts';
import { updateWorker } from './runtime-update.ts';
import { isEmpty, planUpdate } from './update-plan.ts';
import type { UpdatePlan } from './update-plan.ts';
import { CommandRefused } from './worker-channel.ts';

const ANSWER_MS = 1000;
/** Before, HAProxy had what answers 503. */
const FIRST = ['first configuration'];

/**
 * Brings tables to HAProxy: files first, then by commands what a worker can be told, and everything else by a reload. What was told is read
 * back, and whatever is not as it should be is put right by a reload, which says why.
 */
export class HaproxyReloader implements Reloader {
  readonly #runtime: HaproxyRuntime;
  readonly #accepted = new AcceptedTables();
  #current: Generation | undefined;

  constructor(runtime: HaproxyRuntime) {
    this.#runtime = runtime;
  }

  admit(model: RoutingModel): Promise<Admission> {
    const { process, parts } = this.#runtime;
    const ours = openPortsOf(model.streams.length === 0 ? [] : process.remains());
    return admitStreams(model, { listen: parts.addresses, isOurs: ({ protocol, port }) => protocol === 'udp' || ours.tcp.has(port) });
  }

  /** Accepts everything where HAProxy is not installed, as in a check of manifests on another machine. */
  async validate(artifact: Artifact, signal: AbortSignal): Promise<Validation> {
    const { parts } = this.#runtime;
    const table = this.#runtime.complete(tableOf(artifact));
    const { haproxy, folder, options } = parts;
    const unseen = this.#accepted.newIn(table);
    if (haproxy === undefined || unseen === undefined) return { kind: 'accepted' };
    const test = { binary: haproxy.path, folder, timeoutMs: options.testTimeoutMs };
    try {
      const first = await testConfiguration(test, unseen, signal);
      // A part that is refused without anybody to blame may lack what the rest has.
      const isVague = first.kind === 'refused' && first.culprits.length === 0 && unseen !== table;
      const result = isVague ? await testConfiguration(test, table, signal) : first;
      if (result.kind === 'accepted') this.#accepted.accept(table);
      return result;
    } catch (error) {
      if (signal.aborted || isSluiceError(error)) throw error;
      throw new SluiceError('SLU3004', `the configuration cannot be tested: ${messageOf(error)}`, { cause: error });
    }
  }

  /** Rejects with `SLU3002` when HAProxy is not started, and with retryable errors when files or sockets fail. */
  apply(artifact: Artifact, signal: AbortSignal): Promise<ApplyOutcome> {
    return this.#runtime.serial.run(() => this.#apply(artifact, signal));
  }

  current(): Generation | undefined {
    return this.#current;
  }

  probe(): Promise<boolean> {
    return this.#runtime.answers();
  }

  async #apply(artifact: Artifact, signal: AbortSignal): Promise<ApplyOutcome> {
    if (!this.#runtime.running) throw new SluiceError('SLU3002', 'HAProxy is not started');
    const table = this.#runtime.complete(tableOf(artifact));
    const { served } = this.#runtime;
    const isServed = served.loaded !== undefined && served.table?.digest === table.digest;
    if (isServed && this.#current?.digest === artifact.digest) return { kind: 'unchanged', generation: this.#current };
    if (served.table === undefined && (await this.#servesAlready(table)))
      return this.#applied(artifact, ['HAProxy served this configuration already']);
    return this.#bring(artifact, table, signal);
  }

  #bring(artifact: Artifact, table: HaproxyTable, signal: AbortSignal): Promise<ApplyOutcome> {
    const { loaded, unsure } = this.#runtime.served;
    if (loaded === undefined) return this.#reload(artifact, table, [unsure], signal);
    const plan = planUpdate(loaded, table);
    if (plan.reload.length === 0) return this.#update(artifact, table, plan, signal);
    return this.#reload(artifact, table, this.#current === undefined ? FIRST : plan.reload, signal);
  }

  /** Whether the worker of an earlier run has read this very table and was told nothing else since. */
  async #servesAlready(table: HaproxyTable): Promise<boolean> {
    const { store, cli, served, parts } = this.#runtime;
    const { good } = served;
    if (good === undefined || store.currentId() !== good || store.manifest(good)?.table !== table.digest) return false;
    if ((await cli.generation({ timeoutMs: ANSWER_MS })) !== good) return false;
    try {
      await verifyAll(this.#runtime.channel(good), freshlyLoaded(good, table), table);
    } catch (error) {
      parts.logger.warn('haproxy does not have what an earlier run has configured', { because: messageOf(error) });
      return false;
    }
    await this.#runtime.serves(good, table);
    return true;
  }

  /** Tells the worker what differs, when the files say it already. */
  async #update(artifact: Artifact, table: HaproxyTable, plan: UpdatePlan, signal: AbortSignal): Promise<ApplyOutcome> {
    const { leaving, counters, parts, served } = this.#runtime;
    const before = served.table;
    const id = await this.#write(table);
    // From here on HAProxy may read the new one at any moment, were it to die and be started again.
    this.#runtime.lose('a change was not told to HAProxy as a whole');
    try {
      if (!isEmpty(plan)) await traced(spanNames.push, () => updateWorker(this.#runtime.channel(plan.next.id), plan, leaving));
    } catch (error) {
      if (!(error instanceof CommandRefused)) throw error;
      parts.logger.warn('haproxy reads its configuration anew, as it could not be told what changed', { because: messageOf(error) });
      return this.#reload(artifact, table, [messageOf(error)], signal);
    }
    if (!isEmpty(plan)) counters.runtimeUpdates++;
    await this.#keep(id, table, plan.next);
    const logged = JSON.stringify(before?.accessLog) === JSON.stringify(table.accessLog) ? [] : ['the access log is written otherwise'];
    const reasons = [...logged, ...plan.reasons];
    if (this.#current === undefined) return this.#applied(artifact, FIRST);
    return this.#applied(artifact, reasons.length > 0 ? reasons : ['what is not in use any more, until the next reload']);
  }

  /** The generation is on the disk, and what HAProxy reads next. */
  #write(table: HaproxyTable): Promise<string> {
    const { store } = this.#runtime;
    return traced(spanNames.write, async () => {
      const id = await store.write(table);
      await store.switchTo(id);
      return id;
    });
  }

  async #keep(good: string, table: HaproxyTable, loaded: Loaded): Promise<void> {
    this.#runtime.served = { good, table, loaded, unsure: '' };
    await this.#runtime.store.acknowledge(good);
    await this.#runtime.tidy().catch(() => undefined);
  }

  async #reload(artifact: Artifact, table: HaproxyTable, reasons: readonly string[], signal: AbortSignal): Promise<ApplyOutcome> {
    const { served, counters } = this.#runtime;
    const id = await this.#write(table);
    this.#runtime.lose('a reload of HAProxy did not come to an end');
    const result = await this.#runtime.reload(id, reasons, signal);
    if (result.kind !== 'served') return this.#rollBack(served.good, result.kind === 'refused' ? served.loaded : undefined, result.message);
    await this.#runtime.serves(id, table);
    counters.reloads++;
    this.#runtime.lastReload = { atMs: Date.now(), reasons: shortened(reasons) };
    await this.#runtime.census();
    await this.#runtime.tidy().catch(() => undefined);
    return this.#applied(artifact, reasons);
  }

  /** Nothing of the refused generation is left for the next start, and the old worker goes on. */
  async #rollBack(good: string | undefined, loaded: Loaded | undefined, message: string): Promise<ApplyOutcome> {
    const { store, counters, served } = this.#runtime;
    counters.rollbacks++;
    this.#accepted.forget();
    if (good !== undefined && store.manifest(good) !== undefined) {
      await store.switchTo(good);
      this.#runtime.served = { ...served, loaded, unsure: 'a reload of HAProxy failed' };
      await this.#runtime.tidy().catch(() => undefined);
    }
    return { kind: 'rolledBack', message };
  }

  #applied(artifact: Artifact, reasons: readonly string[]): ApplyOutcome {
    const { digest } = artifact;
    const { connections } = this.#runtime.draining;
    this.#runtime.requests.use(tableOf(artifact).accessLog ?? defaultServing.accessLog);
    this.#current = { digest, appliedAtMs: Date.now() };
    const still = connections === 0 ? [] : [`${connections} ${connections === 1 ? 'connection' : 'connections'} still on old workers`];
    return { kind: 'applied', generation: this.#current, reasons: [...shortened(reasons), ...still], draining: connections };
  }
}
