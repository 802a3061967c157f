import type { ProcessIdentity } from '../observe/process/process-info.ts';

/** Whether the data plane does its work; `reason` is a sentence for the operator. */
export type DataplaneHealth = { readonly healthy: true } | { readonly healthy: false; readonly reason: string };

/** Connections of clients by what is done with them, as the stub-status page of nginx tells them apart. */
export interface ConnectionStates {
  /** The head of a request is being read. */
  readonly reading: number;
  /** A request is being answered. */
  readonly writing: number;
  /** The next request is waited for. */
  readonly waiting: number;
}

/** Counters since start, as the stub-status page reports them. */
export interface DataplaneStats {
  readonly acceptedConnections: number;
  readonly activeConnections: number;
  readonly requests: number;
  /** The active connections; absent where the data plane does not tell. */
  readonly states?: ConnectionStates;
}

/** The ports of the listeners, in the order of the configuration. */
export interface ListeningAddresses {
  readonly http: readonly { readonly port: number }[];
  readonly https: readonly { readonly port: number }[];
}

/** What a proxy that reads files was made to do since the start of the controller. */
export interface ReloadFacts {
  /** Reloads that took effect. */
  readonly reloads: number;
  /** Reloads that were undone because the proxy refused what it was to read. */
  readonly rollbacks: number;
  /** How often the proxy had to be started again because it had died. */
  readonly restarts: number;
  /** The last reload that took effect: some twenty reasons at most, in words. */
  readonly lastReload?: { readonly atMs: number; readonly reasons: readonly string[] } | undefined;
}

/**
 * Life cycle of the proxy: a supervised process, or code in this process.
 * `start` resolves when the listeners accept connections and throws `SLU3001` when an address cannot be bound.
 * `stop` stops accepting, lets requests in flight finish until `signal` fires, then cuts them.
 */
export interface Dataplane {
  start(signal: AbortSignal): Promise<void>;
  stop(signal: AbortSignal): Promise<void>;
  health(): Promise<DataplaneHealth>;
  stats(): DataplaneStats;
  /** The processes of the proxy; absent where it is in this one. */
  processes?(): readonly ProcessIdentity[];
  /** What is listened on, where that is known: some redirects name it. */
  addresses?(): ListeningAddresses;
  /** Present where the proxy reloads at all. */
  reloads?(): ReloadFacts;
  /** What operators want to know of this kind of data plane: plain data for the status page, nothing secret. */
  facts?(): Readonly<Record<string, unknown>>;
}
