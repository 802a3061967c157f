import { ApiClient } from './api-client.ts';
import { connectCluster } from './cluster-connection.ts';
import type { ClusterOptions } from './cluster-options.ts';
import { IngressStatuses } from './ingress-statuses.ts';

/** What the watcher, the status writer and the election share: one way to the API server, and what was seen on it. */
export class Cluster {
  readonly options: ClusterOptions;
  /** What the API has in `status.loadBalancer`. */
  readonly statuses = new IngressStatuses();
  #client: Promise<ApiClient> | undefined;

  constructor(options: ClusterOptions) {
    this.options = options;
  }

  /** The way to the API server; rejects with `SLU2003` when none is configured. */
  client(): Promise<ApiClient> {
    return (this.#client ??= connectCluster(this.options).then((connection) => new ApiClient(connection)));
  }
}
