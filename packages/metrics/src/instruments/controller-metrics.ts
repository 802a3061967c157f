import { Registry, collectDefaultMetrics } from 'prom-client';
import type { ControllerStatus, ControllerView, Measurement, RequestMetrics, RunReport, Sample } from '@sluice/core';
import { certificateSamples, expirySamples } from './certificate-samples.ts';
import { Families } from './families.ts';
import { orphanSamples } from './orphan-samples.ts';
import { addProcesses } from './process-samples.ts';
import { RequestFamilies } from './request-families.ts';

/** What the metrics say of the controller itself. */
export interface ControllerIdentity {
  readonly namespace: string;
  readonly controllerClass: string;
  readonly pod: string;
  readonly version: string;
}

/** The counts of requests, and which of their families are left out. */
export interface CountedRequests {
  readonly metrics: RequestMetrics;
  readonly excluded: readonly string[];
}

const RUN_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** What a scrape is answered with. */
export class ControllerMetrics {
  readonly #registry = new Registry();
  readonly #families: Families;
  readonly #view: ControllerView;
  readonly #counted: RequestMetrics | undefined;
  readonly #requests: RequestFamilies | undefined;
  /** As of the scrape that is being answered. */
  #status: ControllerStatus | undefined;
  #lastGood = true;
  #lastAppliedMs: number | undefined;

  /** `counted` is undefined where requests are not counted. */
  constructor(view: ControllerView, identity: ControllerIdentity, counted?: CountedRequests) {
    this.#view = view;
    this.#counted = counted?.metrics;
    const { namespace, controllerClass, pod } = identity;
    const common = { controller_namespace: namespace, controller_class: controllerClass, controller_pod: pod };
    this.#families = new Families(this.#registry, common);
    this.#requests = counted && new RequestFamilies(counted.metrics, common, counted.excluded);
    collectDefaultMetrics({ register: this.#registry });
    this.#addConfiguration(identity);
    this.#addCertificates(controllerClass);
    this.#addConnections();
    addProcesses(this.#families, view);
    this.#addState();
    this.#addReloads();
    this.#follow();
  }

  /** Adds what a plugin measures. */
  add(measurement: Measurement): void {
    this.#families.add(measurement);
  }

  /** The Prometheus text format. */
  async text(): Promise<string> {
    this.#status = await this.#view.status();
    const requests = await this.#requests?.text();
    this.#forgetRequests();
    return `${await this.#registry.metrics()}${requests ?? ''}`;
  }

  /** Series of Ingresses and hosts that are not served any more are told a last time and then go. What no Ingress has answered has a host alone. */
  #forgetRequests(): void {
    if (this.#counted === undefined) return;
    const served = new Set(this.#view.servedIngresses().map(({ namespace, name }) => `${namespace}/${name}`));
    const hosts = new Set(this.#view.model()?.virtualHosts.map(({ name }) => name));
    this.#counted.retain(({ namespace, ingress, host = '' }) =>
      ingress === '' ? host === '' || hosts.has(host) : served.has(`${namespace}/${ingress}`),
    );
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  #addConfiguration({ version }: ControllerIdentity): void {
    const families = this.#families;
    families.read('nginx_ingress_controller_build_info', () => [{ value: 1, labels: { release: version, build: '', repository: '' } }]);
    families.read('nginx_ingress_controller_config_hash', () => [{ value: numberOf(this.#status?.generation?.digest) }]);
    families.read('nginx_ingress_controller_config_last_reload_successful', () => [{ value: this.#lastGood ? 1 : 0 }]);
    families.read('nginx_ingress_controller_config_last_reload_successful_timestamp_seconds', () =>
      this.#lastAppliedMs === undefined ? [] : [{ value: Math.floor(this.#lastAppliedMs / 1000) }],
    );
    families.read('nginx_ingress_controller_orphan_ingress', () => orphanSamples(this.#view.diagnostics()));
  }

  #addCertificates(controllerClass: string): void {
    const model = () => this.#view.model();
    this.#families.read('nginx_ingress_controller_ssl_expire_time_seconds', () => expirySamples(model(), controllerClass));
    this.#families.read('nginx_ingress_controller_ssl_certificate_info', () => certificateSamples(model(), controllerClass));
  }

  #addConnections(): void {
    const families = this.#families;
    families.read('nginx_ingress_controller_nginx_process_connections', () => {
      const { activeConnections: active, states } = this.#view.stats();
      return Object.entries({ active, ...states }).map(([state, value]) => ({ value, labels: { state } }));
    });
    families.read('nginx_ingress_controller_nginx_process_connections_total', () => {
      const value = this.#view.stats().acceptedConnections;
      return ['accepted', 'handled'].map((state) => ({ value, labels: { state } }));
    });
    families.read('nginx_ingress_controller_nginx_process_requests_total', () => [{ value: this.#view.stats().requests }]);
  }

  #addState(): void {
    const families = this.#families;
    families.read('sluice_ready', () => [{ value: this.#view.ready() ? 1 : 0, labels: { backend: this.#status?.backend ?? '' } }]);
    families.read('sluice_objects', () =>
      Object.entries(this.#status?.objects ?? {}).map(([kind, value]) => ({ value, labels: { kind } })),
    );
    families.read('sluice_diagnostics', () => this.#diagnosticSamples());
    families.read('sluice_waiting_changes', () => [{ value: this.#view.waitingChanges() }]);
    families.read('sluice_generation_revision', () => [{ value: this.#status?.generation?.revision ?? 0 }]);
    families.read('sluice_request_series', () => (this.#counted === undefined ? [] : [{ value: this.#counted.size }]));
    families.read('sluice_quarantined_objects', () => [
      { value: this.#view.diagnostics().filter(({ code }) => code === 'SLU4002').length },
    ]);
  }

  #diagnosticSamples(): readonly Sample[] {
    const counts = new Map<string, { value: number; readonly labels: { readonly severity: string; readonly code: string } }>();
    for (const { severity, code } of this.#view.diagnostics()) {
      const sample = counts.get(code) ?? { value: 0, labels: { severity, code } };
      sample.value++;
      counts.set(code, sample);
    }
    return [...counts.values()];
  }

  #addReloads(): void {
    const families = this.#families;
    const count = (key: 'reloads' | 'restarts' | 'rollbacks') => (): readonly Sample[] => [{ value: this.#view.reloads()?.[key] ?? 0 }];
    families.read('sluice_reloads_total', count('reloads'));
    families.read('sluice_rollbacks_total', count('rollbacks'));
    families.read('sluice_proxy_restarts_total', count('restarts'));
    families.read('sluice_last_reload_reason', () => {
      const last = this.#view.reloads()?.lastReload;
      return (last?.reasons ?? []).map((reason) => ({ value: Math.floor((last?.atMs ?? 0) / 1000), labels: { reason } }));
    });
  }

  #follow(): void {
    const [succeeded, failed] = [
      this.#families.counter('nginx_ingress_controller_success'),
      this.#families.counter('nginx_ingress_controller_errors'),
    ];
    const ran = this.#families.counter('sluice_runs_total');
    const took = this.#families.histogram('sluice_run_duration_seconds', RUN_SECONDS);
    const served = this.#families.histogram('sluice_apply_to_served_seconds', RUN_SECONDS);
    this.#view.onReconciled(({ outcome, atMs, durationMs, sinceMs }: RunReport) => {
      ran({ outcome });
      took(durationMs / 1000);
      this.#lastGood = outcome === 'applied' || outcome === 'unchanged';
      if (outcome === 'applied') this.#lastAppliedMs = atMs;
      if (outcome === 'applied' && sinceMs !== undefined) served(Math.max(0, atMs - sinceMs) / 1000);
      if (outcome === 'applied') succeeded();
      else if (!this.#lastGood) failed();
    });
  }
}

/** Digests are longer than what a number of Prometheus holds exactly. */
function numberOf(digest: string | undefined): number {
  return Number.parseInt((digest ?? '0').slice(0, 13), 16);
}
