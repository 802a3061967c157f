import { ControllerViewToken, LoggerToken, definePlugin } from '@sluice/core';
import { Cluster } from './cluster.ts';
import { clusterOptions } from './cluster-options.ts';
import { createClusterWatcher } from './cluster-watcher.ts';
import { ClusterReporter } from '../status/cluster-reporter.ts';

/** Watches a Kubernetes cluster, and tells it what became of its Ingresses. */
export default definePlugin({
  name: 'kubernetes',
  core: '^0.1.0',
  config: clusterOptions,
  register(host, options) {
    const cluster = new Cluster(options);
    host.watcher((services) => createClusterWatcher({ cluster, logger: services.get(LoggerToken) }));
    const reporters: ClusterReporter[] = [];
    host.onStart((services) => {
      const reporter = new ClusterReporter(cluster, services.get(ControllerViewToken), services.get(LoggerToken));
      reporters.push(reporter);
      reporter.start();
    });
    host.onStop(async (_services, signal) => {
      for (const reporter of reporters) await reporter.stop(signal);
    });
  },
});

export { findsCluster } from './cluster-connection.ts';
export { clusterOptions } from './cluster-options.ts';
export type { ClusterOptions } from './cluster-options.ts';
