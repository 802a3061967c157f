import { ControllerViewToken, LoggerToken, definePlugin } from '@sluice/core';
import { Cluster } from './cluster.ts';
import { clusterOptions } from './cluster-options.ts';
import { createClusterWatcher } from './cluster-watcher.ts';
import { clusterMeasurements } from '../observe/measurements.ts';
import { ClusterReporter } from '../status/cluster-reporter.ts';

/** Watches a Kubernetes cluster, and tells it what became of its Ingresses. */
export default definePlugin({
  name: 'kubernetes',
  core: '^0.1.0',
  config: clusterOptions,
  register(host, options) {
    const cluster = new Cluster(options);
    host.watcher((services) => createClusterWatcher({ cluster, logger: services.get(LoggerToken) }));
    host.measure(() => clusterMeasurements(cluster));
    let reporter: ClusterReporter | undefined;
    host.onStart((services) => {
      reporter = new ClusterReporter(cluster, services.get(ControllerViewToken), services.get(LoggerToken));
      reporter.start();
    });
    host.onStop((_services, signal) => reporter?.stop(signal));
  },
});

export { findsCluster } from './cluster-connection.ts';
export { clusterOptions } from './cluster-options.ts';
export type { ClusterOptions } from './cluster-options.ts';
