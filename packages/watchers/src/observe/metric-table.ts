import type { MetricEntry } from '@sluice/core';

/** What is told of a cluster as a source and of what is written to it. docs/metrics.md is generated from it. */
export const clusterMetrics = Object.freeze({
  nginx_ingress_controller_leader_election_status: {
    type: 'gauge',
    labels: ['name'],
    help: '1 while this replica leads, else 0; the name is that of the Lease',
  },
  sluice_watch_restarts_total: {
    type: 'counter',
    labels: ['kind', 'reason'],
    help: 'Watches that were begun again: because the server ended them (ended), after a failure (failed), or with a new list (expired)',
  },
  sluice_status_writes_total: {
    type: 'counter',
    labels: ['outcome'],
    help: 'Statuses of Ingresses: written, left to another controller (conflict), or failed and tried again',
  },
  sluice_events_total: { type: 'counter', labels: ['outcome'], help: 'Events about errors of objects: written or failed' },
} as const satisfies Readonly<Record<string, MetricEntry & { readonly type: 'counter' | 'gauge' }>>);

export type ClusterMetric = keyof typeof clusterMetrics;
