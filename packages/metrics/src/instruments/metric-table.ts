import type { MetricEntry } from '@sluice/core';

/** Labels of every metric that ingress-nginx labels with its controller. */
export const controllerLabels = ['controller_namespace', 'controller_class', 'controller_pod'] as const;

const certificate = ['namespace', 'class', 'host', 'secret_name', 'identifier'] as const;

/** Metrics of ingress-nginx, under its names and with its meaning, so that its dashboards work. Those of certificates have no labels of the controller. */
export const ingressNginxMetrics = Object.freeze({
  nginx_ingress_controller_build_info: { type: 'gauge', labels: ['release', 'build', 'repository'], help: '1; the labels say what runs' },
  nginx_ingress_controller_config_hash: { type: 'gauge', labels: [], help: 'A number that differs between configurations' },
  nginx_ingress_controller_config_last_reload_successful: {
    type: 'gauge',
    labels: [],
    help: '1 while the last change could be applied, else 0',
  },
  nginx_ingress_controller_config_last_reload_successful_timestamp_seconds: {
    type: 'gauge',
    labels: [],
    help: 'When a change was applied last, seconds since 1970',
  },
  nginx_ingress_controller_success: { type: 'counter', labels: [], help: 'Changes that were applied' },
  nginx_ingress_controller_errors: { type: 'counter', labels: [], help: 'Changes that could not be applied' },
  nginx_ingress_controller_orphan_ingress: {
    type: 'gauge',
    labels: ['namespace', 'ingress', 'type'],
    help: '1 for each Ingress with a path whose Service does not exist (no-service) or has no endpoint (no-endpoint)',
  },
  nginx_ingress_controller_ssl_expire_time_seconds: {
    type: 'gauge',
    labels: certificate,
    help: 'When the certificate of a host expires, seconds since 1970',
  },
  nginx_ingress_controller_ssl_certificate_info: {
    type: 'gauge',
    labels: [...certificate, 'issuer_organization', 'issuer_common_name', 'serial_number', 'public_key_algorithm'],
    help: '1; the labels tell about the certificate of a host',
  },
  nginx_ingress_controller_nginx_process_connections: {
    type: 'gauge',
    labels: ['state'],
    help: 'Connections of clients by state: active, and reading, writing and waiting where the data plane tells them apart',
  },
  nginx_ingress_controller_nginx_process_connections_total: {
    type: 'counter',
    labels: ['state'],
    help: 'Connections of clients since the start: accepted, handled',
  },
  nginx_ingress_controller_nginx_process_requests_total: { type: 'counter', labels: [], help: 'Requests of clients since the start' },
  nginx_ingress_controller_nginx_process_num_procs: {
    type: 'gauge',
    labels: [],
    help: 'Processes of the proxy, those that drain included; of the Node data plane it is this process, as in the next ones',
  },
  nginx_ingress_controller_nginx_process_cpu_seconds_total: {
    type: 'counter',
    labels: [],
    help: 'Time on processors, in user mode and in the kernel; ingress-nginx counts the kernel alone',
  },
  nginx_ingress_controller_nginx_process_read_bytes_total: { type: 'counter', labels: [], help: 'Bytes read from storage' },
  nginx_ingress_controller_nginx_process_write_bytes_total: { type: 'counter', labels: [], help: 'Bytes written to storage' },
  nginx_ingress_controller_nginx_process_resident_memory_bytes: { type: 'gauge', labels: [], help: 'Resident memory of all processes' },
  nginx_ingress_controller_nginx_process_virtual_memory_bytes: { type: 'gauge', labels: [], help: 'Virtual memory of all processes' },
  nginx_ingress_controller_nginx_process_oldest_start_time_seconds: {
    type: 'gauge',
    labels: [],
    help: 'When the oldest process was started, seconds since 1970',
  },
} as const satisfies Readonly<Record<string, MetricEntry>>);

const request = ['host', 'status', 'method', 'path', 'namespace', 'ingress', 'service', 'canary'] as const;

/** Of requests of clients: of those hosts alone that an Ingress has, unless options say otherwise. */
export const requestMetricsTable = Object.freeze({
  nginx_ingress_controller_requests: { type: 'counter', labels: request, help: 'Requests of clients' },
  nginx_ingress_controller_request_duration_seconds: {
    type: 'histogram',
    labels: request,
    help: 'From the beginning of a request to the end of its answer',
  },
  nginx_ingress_controller_response_duration_seconds: {
    type: 'histogram',
    labels: request,
    help: 'From asking the endpoint to the end of its answer; requests of several tries are not in it',
  },
  nginx_ingress_controller_header_duration_seconds: {
    type: 'histogram',
    labels: request,
    help: 'From asking the endpoint to the head of its answer; requests of several tries are not in it',
  },
  nginx_ingress_controller_connect_duration_seconds: {
    type: 'histogram',
    labels: request,
    help: 'Until the endpoint took the connection, 0 for one that was kept; requests of several tries are not in it',
  },
  nginx_ingress_controller_request_size: { type: 'histogram', labels: request, help: 'Bytes of requests, heads included' },
  nginx_ingress_controller_response_size: { type: 'histogram', labels: request, help: 'Bytes of answers, heads included' },
  nginx_ingress_controller_bytes_sent: {
    type: 'histogram',
    labels: request,
    help: 'The same in other buckets; ingress-nginx calls it deprecated',
  },
} as const satisfies Readonly<Record<string, MetricEntry>>);

/** Metrics of our own, the same for every backend. */
export const sluiceMetrics = Object.freeze({
  sluice_ready: { type: 'gauge', labels: ['backend'], help: '1 while a generation of a complete snapshot is served' },
  sluice_objects: { type: 'gauge', labels: ['kind'], help: 'Watched objects' },
  sluice_diagnostics: { type: 'gauge', labels: ['severity', 'code'], help: 'Findings of the served generation' },
  sluice_quarantined_objects: { type: 'gauge', labels: [], help: 'Objects that the data plane refused and that are set aside' },
  sluice_request_series: { type: 'gauge', labels: [], help: 'Series of requests; what comes beyond the limit is counted as overflow' },
  sluice_runs_total: { type: 'counter', labels: ['outcome'], help: 'Runs of the reconcile loop by outcome' },
  sluice_run_duration_seconds: {
    type: 'histogram',
    labels: [],
    help: 'How long runs of the reconcile loop take, until the data plane has acknowledged',
  },
  sluice_apply_to_served_seconds: {
    type: 'histogram',
    labels: [],
    help: 'From the first change that a run is about, as it was written or received, until the data plane answers by it; not the start',
  },
  sluice_waiting_changes: { type: 'gauge', labels: [], help: 'Changes that are not served yet' },
  sluice_generation_revision: { type: 'gauge', labels: [], help: 'Revision of the snapshot that is served: it grows with every change' },
  sluice_reloads_total: {
    type: 'counter',
    labels: [],
    help: 'Reloads of the proxy that took effect; 0 where the data plane does not reload',
  },
  sluice_rollbacks_total: { type: 'counter', labels: [], help: 'Reloads that were undone because the proxy refused what it was to read' },
  sluice_proxy_restarts_total: { type: 'counter', labels: [], help: 'How often the proxy died and was started again' },
  sluice_last_reload_reason: {
    type: 'gauge',
    labels: ['reason'],
    help: 'When the last reload took effect, seconds since 1970, for each of its reasons',
  },
} as const satisfies Readonly<Record<string, MetricEntry>>);

export type IngressNginxMetric = keyof typeof ingressNginxMetrics;
export type RequestMetric = keyof typeof requestMetricsTable;
export type SluiceMetric = keyof typeof sluiceMetrics;
