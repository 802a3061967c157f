import type { Measurement, Sample } from '@sluice/core';
import type { Cluster } from '../kubernetes/cluster.ts';
import { clusterMetrics } from './metric-table.ts';
import type { ClusterMetric } from './metric-table.ts';

/** What is measured of a cluster. */
export function clusterMeasurements(cluster: Cluster): readonly Measurement[] {
  const measured = (name: ClusterMetric, read: () => readonly Sample[]): Measurement => ({ name, entry: clusterMetrics[name], read });
  return [
    measured('nginx_ingress_controller_leader_election_status', () =>
      cluster.leads === undefined ? [] : [{ value: cluster.leads() ? 1 : 0, labels: { name: cluster.options.election.id } }],
    ),
    measured('sluice_watch_restarts_total', () => cluster.watchRestarts.samples()),
    measured('sluice_status_writes_total', () => cluster.statusWrites.samples()),
    measured('sluice_events_total', () => cluster.events.samples()),
  ];
}
