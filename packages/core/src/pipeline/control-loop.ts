import type { Backend } from '../apply/backend.ts';
import type { DataplaneHealth, DataplaneStats, ReloadFacts } from '../apply/dataplane.ts';
import { isSluiceError, messageOf } from '../errors.ts';
import { explain } from '../evaluate/explain.ts';
import type { Explanation } from '../evaluate/explanation.ts';
import type { WrittenRequest } from '../evaluate/request-of.ts';
import { ModelBuilder } from '../model/build/build-model.ts';
import type { ModelOptions } from '../model/build/model-options.ts';
import type { ObjectRef } from '../model/origin.ts';
import type { RoutingModel } from '../model/routing-model.ts';
import { countBySeverity, formatDiagnostic } from '../observe/diagnostic.ts';
import type { Diagnostic } from '../observe/diagnostic.ts';
import type { Logger } from '../observe/logger.ts';
import type { ProcessIdentity } from '../observe/process/process-info.ts';
import type { ControllerStatus, ControllerView } from '../plugin/controller-view.ts';
import { mergeSnapshots } from '../watch/snapshot-merge.ts';
import { noChanges, togetherOf } from '../watch/recent-changes.ts';
import type { RecentChanges } from '../watch/recent-changes.ts';
import { SnapshotStore } from '../watch/snapshot-store.ts';
import type { Watcher } from '../watch/watcher.ts';
import { Coalescer } from './coalescer.ts';
import type { CoalescerOptions } from './coalescer.ts';
import { LoopPulse } from './loop-pulse.ts';
import { Quarantine } from './quarantine.ts';
import { reconcile } from './reconcile.ts';
import type { Reconciliation } from './reconcile.ts';
import type { RunReport } from './run-report.ts';

export interface ControlLoopParts {
  readonly backendName: string;
  readonly backend: Backend;
  readonly watchers: readonly Watcher[];
  readonly logger: Logger;
  readonly model: ModelOptions;
  readonly holdOff: CoalescerOptions;
  /** A step of a run that lasts longer hangs. */
  readonly stepMs: number;
}

/** Pauses before a failed run is tried again; the last one repeats. */
const RETRY_MS = [200, 500, 1000, 2000, 5000, 10_000] as const;

/** After which it is looked again whether a port is free by now. */
const WAIT_MS = 10_000;

const HOUR_MS = 60 * 60 * 1000;

/** So many findings say why a source is waited for. */
const MOST_FINDINGS = 5;

/** Runs the watchers and reconciles after their changes, until it is stopped. What it serves can be looked at. */
export class ControlLoop implements ControllerView {
  readonly #parts: ControlLoopParts;
  readonly #stores: readonly SnapshotStore[];
  readonly #coalescer: Coalescer;
  readonly #aborter = new AbortController();
  readonly #builder: ModelBuilder;
  readonly #quarantine = new Quarantine();
  readonly #pulse: LoopPulse;
  #running: Promise<unknown> = Promise.resolve();
  readonly #callbacks = new Set<(run: RunReport) => void>();
  #startedMs = 0;
  #unserved: RecentChanges = noChanges;
  #served: { readonly model: RoutingModel; readonly ingresses: readonly ObjectRef[]; readonly revision: number } | undefined;
  #found: readonly Diagnostic[] = [];
  #failures = 0;
  #leaving = false;
  /** What was told of sources that are waited for. */
  #waitingFor = '';
  /** Name of a watcher that will never work again. */
  #gaveUp: string | undefined;
  /** Certificates expire without any object changing. */
  #hourly: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;

  constructor(parts: ControlLoopParts) {
    this.#parts = parts;
    this.#builder = new ModelBuilder(parts.model);
    this.#pulse = new LoopPulse(parts.stepMs);
    this.#coalescer = new Coalescer(
      parts.holdOff,
      () => this.#run(),
      (error) => this.#failed(error),
    );
    const trigger = (): void => this.#coalescer.trigger();
    this.#stores = (parts.watchers.length === 0 ? [undefined] : parts.watchers).map(() => new SnapshotStore(trigger));
  }

  start(): void {
    const { watchers, logger } = this.#parts;
    this.#running = Promise.all(
      watchers.map(async (watcher, index) => {
        const store = this.#stores[index];
        if (store === undefined) return;
        try {
          await watcher.run(store, this.#aborter.signal);
        } catch (error) {
          this.#gaveUp = watcher.name;
          logger.error('a watcher has given up', { watcher: watcher.name, error: messageOf(error) });
        }
      }),
    );
    if (watchers.length === 0) this.#stores[0]?.synced();
    this.#hourly = setInterval(() => this.#coalescer.trigger(), HOUR_MS).unref();
  }

  /** It is about to be stopped: clients should not be sent here any more. */
  leave(): void {
    this.#leaving = true;
  }

  async stop(): Promise<void> {
    this.#aborter.abort();
    clearTimeout(this.#retry);
    clearInterval(this.#hourly);
    await this.#coalescer.stop();
    await this.#running;
  }

  ready(): boolean {
    return this.#served !== undefined && !this.#leaving && !this.#aborter.signal.aborted;
  }

  async readiness(): Promise<DataplaneHealth> {
    if (this.ready()) return this.#parts.backend.dataplane.health();
    const reason = this.#served === undefined ? 'no generation of a complete snapshot is being served' : 'it is about to stop';
    return { healthy: false, reason };
  }

  async health(): Promise<DataplaneHealth> {
    if (this.#gaveUp !== undefined) return { healthy: false, reason: `the watcher ${this.#gaveUp} has given up` };
    // What is left to do has a time limit of its own.
    if (this.#aborter.signal.aborted) return { healthy: true };
    const trouble = this.#pulse.trouble();
    return trouble === undefined ? this.#parts.backend.dataplane.health() : { healthy: false, reason: trouble };
  }

  diagnostics(): readonly Diagnostic[] {
    return [...this.#stores.flatMap((store) => store.diagnostics()), ...this.#found];
  }

  model(): RoutingModel | undefined {
    return this.#served?.model;
  }

  servedIngresses(): readonly ObjectRef[] {
    return this.#served?.ingresses ?? [];
  }

  stats(): DataplaneStats {
    return this.#parts.backend.dataplane.stats();
  }

  processes(): readonly ProcessIdentity[] | undefined {
    return this.#parts.backend.dataplane.processes?.();
  }

  waitingChanges(): number {
    return this.#unserved.count + this.#stores.reduce((sum, { waiting }) => sum + waiting, 0);
  }

  reloads(): ReloadFacts | undefined {
    return this.#parts.backend.dataplane.reloads?.();
  }

  onReconciled(callback: (run: RunReport) => void): () => void {
    this.#callbacks.add(callback);
    return () => void this.#callbacks.delete(callback);
  }

  explain(request: WrittenRequest): Explanation | undefined {
    const listening = this.#parts.backend.dataplane.addresses?.();
    return this.#served && explain(this.#served.model, { ...(listening && { listening }), ...request });
  }

  async status(): Promise<ControllerStatus> {
    const generation = this.#parts.backend.reloader.current();
    const facts = this.#parts.backend.dataplane.facts?.();
    const { objects } = mergeSnapshots(this.#stores.map((store) => store.snapshot())).snapshot;
    return {
      backend: this.#parts.backendName,
      ready: this.ready(),
      generation: generation && { ...generation, revision: this.#served?.revision ?? 0 },
      objects: Object.fromEntries(Object.entries(objects).map(([kind, map]) => [kind, map.size])),
      diagnostics: countBySeverity(this.diagnostics()),
      dataplane: { ...(await this.health()), ...(facts && { facts }) },
    };
  }

  /** Nothing is served before every source has delivered its first state: a half-read cluster would answer 404. */
  async #run(): Promise<void> {
    if (!this.#stores.every((store) => store.complete)) return this.#tellWaiting();
    this.#startedMs = performance.now();
    const { backend } = this.#parts;
    const { snapshot, diagnostics } = mergeSnapshots(this.#stores.map((store) => store.snapshot()));
    const changes = togetherOf([this.#unserved, ...this.#stores.map((store) => store.recentChanges())]);
    // Those of a run that fails are told by the next one.
    this.#unserved = changes;
    const loop = { builder: this.#builder, backend, quarantine: this.#quarantine, pulse: this.#pulse };
    const result = await reconcile(loop, snapshot, this.#aborter.signal, changes).finally(() => this.#pulse.rest());
    this.#unserved = noChanges;
    this.#found = [...diagnostics, ...result.diagnostics];
    this.#failures = 0;
    const sinceMs = this.#served === undefined ? undefined : changes.sinceMs;
    if (result.waits) this.#tryAgain(WAIT_MS);
    this.#take(result, snapshot.revision);
    this.#report(result.outcome.kind, { span: result.span, sinceMs });
  }

  #report(outcome: RunReport['outcome'], about: Pick<RunReport, 'sinceMs' | 'span'> = {}): void {
    const run: RunReport = { outcome, atMs: Date.now(), durationMs: performance.now() - this.#startedMs, ...about };
    for (const callback of this.#callbacks) callback(run);
  }

  #take({ outcome, model, served }: Reconciliation, revision: number): void {
    const { logger } = this.#parts;
    if (outcome.kind === 'rejected' || outcome.kind === 'rolledBack') {
      logger.error('the data plane refused the configuration', { outcome: outcome.kind, reason: outcome.message });
      return;
    }
    this.#served = { model, ingresses: served, revision };
    if (outcome.kind === 'applied')
      logger.info('serving a new generation', {
        digest: outcome.generation.digest,
        revision,
        reasons: outcome.reasons,
        ...(outcome.draining !== undefined && { draining: outcome.draining }),
        ...countBySeverity(this.diagnostics()),
      });
  }

  /** Otherwise a directory that is not there would be waited for without a word. */
  #tellWaiting(): void {
    const errors = this.diagnostics().filter(({ severity }) => severity === 'error');
    const found = errors.slice(0, MOST_FINDINGS).map(formatDiagnostic);
    if (found.length > 0 && found.join() !== this.#waitingFor)
      this.#parts.logger.warn('waiting for the first state of a source', { found });
    this.#waitingFor = found.join();
  }

  #failed(error: unknown): void {
    const pauseMs = RETRY_MS[Math.min(this.#failures++, RETRY_MS.length - 1)];
    this.#parts.logger.error('reconciling failed, trying again', {
      error: messageOf(error),
      retryMs: pauseMs,
      ...(isSluiceError(error) && { code: error.code }),
    });
    this.#report('failed');
    this.#tryAgain(pauseMs ?? WAIT_MS);
  }

  #tryAgain(pauseMs: number): void {
    clearTimeout(this.#retry);
    if (!this.#aborter.signal.aborted) this.#retry = setTimeout(() => this.#coalescer.trigger(), pauseMs);
  }
}
