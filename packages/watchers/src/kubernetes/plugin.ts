import { LoggerToken, definePlugin } from '@sluice/core';
import { Cluster } from './cluster.ts';
import { clusterOptions } from './cluster-options.ts';
import { createClusterWatcher } from './cluster-watcher.ts';

/** Watches a Kubernetes cluster. */
export default definePlugin({
  name: 'kubernetes',
  core: '^0.1.0',
  config: clusterOptions,
  register(host, options) {
    const cluster = new Cluster(options);
    host.watcher((services) => createClusterWatcher({ cluster, logger: services.get(LoggerToken) }));
  },
});

export { findsCluster } from './cluster-connection.ts';
export { clusterOptions } from './cluster-options.ts';
export type { ClusterOptions } from './cluster-options.ts';
