import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type { ControllerView, Diagnostic, Logger, ObjectRef, RunReport, StageFacts } from '@sluice/core';
import { messageOf } from '@sluice/core';
import type { ApiClient } from '../kubernetes/api-client.ts';
import { Backoff } from '../kubernetes/backoff.ts';
import type { Cluster } from '../kubernetes/cluster.ts';
import { EventWriter } from './event-writer.ts';
import { LeaderElection } from './leader-election.ts';
import { LeaseStore } from './lease.ts';
import { OwnPod } from './own-pod.ts';
import { PublishedAddresses } from './published-addresses.ts';
import { StatusWriter } from './status-writer.ts';

/** What comes within so long is told together. */
const GATHER_MS = 200;
/** Addresses of Services and nodes are looked up again after so long. */
const REFRESH_MS = 60_000;
/** Between tries when Events have to wait. */
const BACKLOG_MS = 2000;
const LONGEST_PAUSE_MS = 60_000;
/** Of so many runs at most it is told that something follows from them. */
const MOST_RUNS = 20;

interface Writers {
  readonly pod: OwnPod;
  readonly addresses: PublishedAddresses;
  readonly status: StatusWriter;
  readonly events: EventWriter;
}

/**
 * Tells the cluster what became of its Ingresses, after the data plane has acknowledged it: addresses in their status and Events about
 * their errors. Of several replicas one does so.
 */
export class ClusterReporter {
  readonly #cluster: Cluster;
  readonly #view: ControllerView;
  readonly #logger: Logger;
  readonly #identity: string;
  readonly #aborter = new AbortController();
  readonly #backoff = new Backoff(LONGEST_PAUSE_MS);
  #wake = Promise.withResolvers<void>();
  /** Spans of the runs whose outcome is still to be told. */
  readonly #follows: NonNullable<RunReport['span']>[] = [];
  #election: LeaderElection | undefined;
  #writers: Writers | undefined;
  #running: Promise<unknown> = Promise.resolve();

  constructor(cluster: Cluster, view: ControllerView, logger: Logger) {
    this.#cluster = cluster;
    this.#view = view;
    this.#logger = logger;
    this.#identity = `${process.env['POD_NAME'] ?? hostname()}_${randomUUID()}`;
  }

  start(): void {
    const { status, events } = this.#cluster.options;
    if (status.enabled || events.enabled) this.#running = this.#run(this.#aborter.signal);
  }

  /** Takes the addresses back where that is configured and no other replica goes on, and lets another replica lead. */
  async stop(signal: AbortSignal): Promise<void> {
    this.#aborter.abort();
    this.#wake.resolve();
    await this.#running;
    if (this.#writers === undefined || !this.#leads()) return;
    const { enabled, clearOnShutdown } = this.#cluster.options.status;
    try {
      if (enabled && clearOnShutdown) await this.#clear(this.#writers, signal);
    } catch (error) {
      this.#logger.warn('the status of Ingresses could not be taken back', { error: messageOf(error) });
    }
    await this.#election?.release(signal);
  }

  async #clear({ pod, addresses, status }: Writers, signal: AbortSignal): Promise<void> {
    if (!(await pod.hasOthers(signal))) await status.clear(this.#view.servedIngresses(), await addresses.find(signal), signal);
  }

  async #run(signal: AbortSignal): Promise<void> {
    let client: ApiClient;
    try {
      client = await this.#cluster.client();
    } catch {
      return; // The watcher tells why.
    }
    this.#writers = this.#writersFor(client);
    const unlisten = this.#view.onReconciled((run) => this.#note(run));
    this.#cluster.statuses.listen(() => this.#wake.resolve());
    await Promise.all([this.#elect(client, signal), this.#write(this.#writers, signal)]);
    unlisten();
  }

  #writersFor(client: ApiClient): Writers {
    const { options, statuses } = this.#cluster;
    const logger = this.#logger;
    const pod = new OwnPod(client);
    return {
      pod,
      addresses: new PublishedAddresses(client, options.status, pod),
      status: new StatusWriter({ client, statuses, tally: this.#cluster.statusWrites, takeOver: options.status.takeOver, logger }),
      events: new EventWriter({
        client,
        tally: this.#cluster.events,
        instance: this.#identity,
        uidOf: ({ kind, namespace, name }) => (kind === 'Ingress' ? statuses.uid(`${namespace}/${name}`) : undefined),
        logger,
      }),
    };
  }

  async #elect(client: ApiClient, signal: AbortSignal): Promise<void> {
    const { enabled, id, namespace, leaseMs, renewMs, retryMs } = this.#cluster.options.election;
    if (!enabled) return;
    this.#election = new LeaderElection({
      store: new LeaseStore(client, namespace ?? client.namespace, id),
      identity: this.#identity,
      leaseMs,
      renewMs,
      retryMs,
      logger: this.#logger,
      onChange: () => this.#wake.resolve(),
    });
    const election = this.#election;
    this.#cluster.leads = () => election.leads;
    await election.run(signal);
  }

  #note({ span }: RunReport): void {
    if (span !== undefined && this.#follows.length < MOST_RUNS) this.#follows.push(span);
    this.#wake.resolve();
  }

  #leads(): boolean {
    return !this.#cluster.options.election.enabled || this.#election?.leads === true;
  }

  async #write(writers: Writers, signal: AbortSignal): Promise<void> {
    for (let waitMs = REFRESH_MS; !signal.aborted;) {
      const timer = pause(waitMs, undefined, { signal, ref: false }).catch(() => undefined);
      await Promise.race([this.#wake.promise, timer]);
      await pause(GATHER_MS, undefined, { signal }).catch(() => undefined);
      this.#wake = Promise.withResolvers();
      if (signal.aborted || !this.#leads() || this.#view.model() === undefined) continue;
      const follows = this.#follows.splice(0);
      // What there is to write is most often there since the first of them.
      const [parent, ...others] = follows;
      waitMs = await this.#tell(writers, { parent, follows: others }, signal);
    }
  }

  /** Of what is in the cluster: an Ingress of a directory of manifests has no place for an Event. */
  #findings(): readonly Diagnostic[] {
    const { statuses } = this.#cluster;
    const isThere = ({ kind, namespace, name }: ObjectRef): boolean =>
      kind !== 'Ingress' || statuses.uid(`${namespace}/${name}`) !== undefined;
    return this.#view.diagnostics().filter(({ object }) => isThere(object));
  }

  /** How long to wait until there is something to tell again. */
  async #tell({ addresses, status, events }: Writers, facts: StageFacts, signal: AbortSignal): Promise<number> {
    const { options } = this.#cluster;
    const told = await Promise.allSettled([
      options.status.enabled && addresses.find(signal).then((found) => status.write(this.#view.servedIngresses(), found, signal, facts)),
      options.events.enabled && events.write(this.#findings(), signal, facts),
    ]);
    if (signal.aborted) return 0;
    const failures = told.flatMap((one) => (one.status === 'rejected' ? [messageOf(one.reason)] : []));
    for (const error of failures) this.#logger.warn('the cluster could not be told what became of its objects', { error });
    if (failures.length > 0) return this.#backoff.next();
    this.#backoff.reset();
    return told.some((one) => one.status === 'fulfilled' && one.value === true) ? BACKLOG_MS : REFRESH_MS;
  }
}
