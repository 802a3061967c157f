import type { DataplaneHealth, DataplaneStats, ReloadFacts } from '../apply/dataplane.ts';
import type { Generation } from '../apply/reloader.ts';
import type { Explanation } from '../evaluate/explanation.ts';
import type { WrittenRequest } from '../evaluate/request-of.ts';
import type { Diagnostic, Severity } from '../observe/diagnostic.ts';
import type { ObjectRef } from '../model/origin.ts';
import type { RoutingModel } from '../model/routing-model.ts';
import type { ProcessIdentity } from '../observe/process/process-info.ts';
import type { RunReport } from '../pipeline/run-report.ts';

/** What `/api/status` shows. */
export interface ControllerStatus {
  readonly backend: string;
  readonly ready: boolean;
  /** The generation that the data plane has acknowledged. */
  readonly generation: (Generation & { readonly revision: number }) | undefined;
  /** Watched objects, by kind. */
  readonly objects: Readonly<Record<string, number>>;
  readonly diagnostics: Readonly<Record<Severity, number>>;
  readonly dataplane: DataplaneHealth & { readonly facts?: Readonly<Record<string, unknown>> };
}

/** Read-only view of a running controller for admin pages, metrics and status writers. Nothing in it is secret. */
export interface ControllerView {
  status(): Promise<ControllerStatus>;
  /** A generation made from a complete first snapshot is being served, and that is not about to end. */
  ready(): boolean;
  /** Whether clients may be sent here: as `ready`, and the data plane answers. The reason why not is a sentence for the operator. */
  readiness(): Promise<DataplaneHealth>;
  /** Whether the program is able to work: its loop gets on, its sources may work, and its data plane answers. */
  health(): Promise<DataplaneHealth>;
  diagnostics(): readonly Diagnostic[];
  /** The model being served; undefined before the first generation. */
  model(): RoutingModel | undefined;
  /** The Ingresses that the generation being served was made from. */
  servedIngresses(): readonly ObjectRef[];
  /** Connections and requests of clients since the data plane was started. */
  stats(): DataplaneStats;
  /** The processes that serve clients; undefined where this one does. */
  processes(): readonly ProcessIdentity[] | undefined;
  /** Changes that no generation which is served has: those that a run is about, too. */
  waitingChanges(): number;
  /** Undefined where the data plane does not reload. */
  reloads(): ReloadFacts | undefined;
  /**
   * Calls back after every run of the reconcile loop, when the data plane has acknowledged what it came to or has refused it, and when it has
   * failed. The callback must be quick and not throw. Returns what ends it.
   */
  onReconciled(callback: (run: RunReport) => void): () => void;
  /** Tells what happens to a request by the model being served; undefined before the first generation and for what is no URL. */
  explain(request: WrittenRequest): Explanation | undefined;
}
