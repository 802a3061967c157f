import { ApiClient } from './api-client.ts';
import { connectCluster } from './cluster-connection.ts';
import { Tally } from '../observe/tally.ts';
import type { ClusterOptions } from './cluster-options.ts';
import { IngressStatuses } from './ingress-statuses.ts';

/** What the watcher, the status writer and the election share: one way to the API server, and what was seen on it. */
export class Cluster {
  readonly options: ClusterOptions;
  /** What the API has in `status.loadBalancer`. */
  readonly statuses = new IngressStatuses();
  readonly watchRestarts = new Tally();
  readonly statusWrites = new Tally({ outcome: 'written' }, { outcome: 'conflict' }, { outcome: 'failed' });
  readonly events = new Tally({ outcome: 'written' }, { outcome: 'failed' });
  /** Whether this replica leads; undefined where there is no election. */
  leads: (() => boolean) | undefined;
  #client: Promise<ApiClient> | undefined;

  constructor(options: ClusterOptions) {
    this.options = options;
  }

  /** The way to the API server; rejects with `SLU2003` when none is configured. */
  client(): Promise<ApiClient> {
    return (this.#client ??= connectCluster(this.options).then((connection) => new ApiClient(connection)));
  }
}
