import type { Diagnostic } from '../../observe/diagnostic.ts';
import type { ObjectRef } from '../origin.ts';
import type { Ingress } from '../../watch/kinds/ingress.ts';
import type { Snapshot } from '../../watch/snapshot.ts';
import { Remembered } from '../remembered.ts';
import type { RoutingModel } from '../routing-model.ts';
import { globalSettings } from '../settings/global-settings.ts';
import { ServingReader } from '../settings/read-serving.ts';
import { AcceptedIngresses } from './accepted-ingresses.ts';
import { DefaultBackend } from './default-backend.ts';
import type { AnnotatedIngress } from './annotated-ingress.ts';
import { IngressReader } from './annotated-ingress.ts';
import { oldestFirst } from './ingress-origin.ts';
import type { ModelOptions } from './model-options.ts';
import { planCanaries } from './canary-plan.ts';
import { HostsBuilder } from './hosts-builder.ts';
import { StreamServices } from './stream-services.ts';
import { UpstreamBuilder } from './upstream-builder.ts';
import { planUpstreams } from './upstream-plan.ts';
import type { PlannedUpstream } from './upstream-plan.ts';

/** A model and everything that its objects' owners should know. */
export interface BuiltModel {
  readonly model: RoutingModel;
  readonly diagnostics: readonly Diagnostic[];
  /** The Ingresses that it serves, the oldest first. */
  readonly served: readonly ObjectRef[];
}

/**
 * Builds the routing model of a snapshot. From outside a pure function; inside it keeps what it built last, so that
 * unchanged objects cost a look-up and their nodes keep their identity, and remembers the last valid version of each
 * Ingress, which is served while a newer one is not.
 */
export class ModelBuilder {
  readonly #options: ModelOptions;
  readonly #nowMs: () => number;
  readonly #ingresses: IngressReader;
  readonly #accepted: AcceptedIngresses;
  readonly #upstreams: UpstreamBuilder;
  readonly #defaultBackend: DefaultBackend;
  readonly #streams: StreamServices;
  readonly #hosts: HostsBuilder;
  readonly #serving = new ServingReader();
  readonly #sorted = new Remembered<readonly Ingress[]>();
  readonly #plans = new Remembered<Plans>();

  /** `nowMs` tells the time, which matters for certificates that expire. */
  constructor(options: ModelOptions, nowMs: () => number = Date.now) {
    this.#options = options;
    this.#ingresses = new IngressReader(options.annotationsRiskLevel);
    this.#accepted = new AcceptedIngresses(this.#ingresses);
    this.#upstreams = new UpstreamBuilder({ externalNames: !options.disableExternalName });
    this.#defaultBackend = new DefaultBackend(options.defaultBackendService);
    this.#streams = new StreamServices(options);
    this.#hosts = new HostsBuilder(options, this.#defaultBackend);
    this.#nowMs = nowMs;
  }

  /** Virtual hosts built anew since the start: what a test counts. */
  get builtHosts(): number {
    return this.#hosts.built;
  }

  get builtUpstreams(): number {
    return this.#upstreams.built;
  }

  build(snapshot: Snapshot): BuiltModel {
    const settings = globalSettings(this.#options.configMap, snapshot);
    this.#ingresses.use(settings);
    const serving = this.#serving.read(settings, snapshot);
    const diagnostics: Diagnostic[] = [...settings.diagnostics, ...serving.diagnostics];
    const ours = this.#served(snapshot, diagnostics);
    const { canaries, planned, refs } = this.#plans.of(ours, () => plansOf(ours));
    const { served } = canaries;
    const standard = this.#defaultBackend.plan(snapshot, this.#upstreams, diagnostics);
    const hosts = this.#hosts.build({ served, snapshot, standard, serving: serving.settings, settings: serving.routes });
    const upstreams = this.#upstreams.build(withPlan(planned.upstreams, standard), snapshot);
    diagnostics.push(...hosts.diagnostics, ...this.#hosts.expiring(this.#nowMs()), ...canaries.diagnostics, ...planned.diagnostics);
    for (const { diagnostics: found } of upstreams) diagnostics.push(...found);
    const model: RoutingModel = {
      listeners: [{ protocol: 'http' }, { protocol: 'https' }],
      settings: serving.settings,
      virtualHosts: hosts.virtualHosts,
      upstreams: upstreams.map(({ upstream }) => upstream),
      certificates: hosts.certificates,
      streams: this.#streams.build(snapshot, diagnostics),
    };
    return { model, diagnostics, served: refs };
  }

  #served(snapshot: Snapshot, diagnostics: Diagnostic[]): readonly AnnotatedIngress[] {
    const ours = this.#accepted.of(snapshot, this.#options, diagnostics);
    const served = this.#sorted.of(ours, () => oldestFirst(ours)).map((ingress) => this.#ingresses.read(ingress, snapshot));
    for (const { diagnostics: found } of served) diagnostics.push(...found);
    return served;
  }
}

/** What becomes of the Ingresses together. */
interface Plans {
  readonly canaries: ReturnType<typeof planCanaries>;
  readonly planned: ReturnType<typeof planUpstreams>;
  readonly refs: readonly ObjectRef[];
}

function plansOf(ours: readonly AnnotatedIngress[]): Plans {
  const canaries = planCanaries(ours);
  return { canaries, planned: planUpstreams(canaries), refs: ours.map(({ ingress }) => refOfIngress(ingress)) };
}

function withPlan(plans: ReadonlyMap<string, PlannedUpstream>, more: PlannedUpstream | undefined): ReadonlyMap<string, PlannedUpstream> {
  return more === undefined || plans.has(more.ref.id) ? plans : new Map([...plans, [more.ref.id, more]]);
}

function refOfIngress({ kind, metadata: { namespace, name } }: Ingress): ObjectRef {
  return { kind, namespace, name };
}
