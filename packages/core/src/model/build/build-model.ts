import type { Diagnostic } from '../../observe/diagnostic.ts';
import { wildcardAbove } from '../../evaluate/match.ts';
import { diagnose } from '../../observe/diagnostic.ts';
import { formatObject } from '../origin.ts';
import type { ObjectRef } from '../origin.ts';
import type { Ingress } from '../../watch/kinds/ingress.ts';
import type { Snapshot } from '../../watch/snapshot.ts';
import type { IngressFeatures } from '../annotations/ingress-features.ts';
import type { Certificate } from '../certificate.ts';
import type { RoutingModel } from '../routing-model.ts';
import type { VirtualHost } from '../virtual-host.ts';
import { globalSettings } from '../settings/global-settings.ts';
import type { RouteSettings } from '../settings/route-settings.ts';
import { ServingReader } from '../settings/read-serving.ts';
import type { ServingSettings } from '../settings/serving-settings.ts';
import { AcceptedIngresses } from './accepted-ingresses.ts';
import { CertificateBuilder } from './certificate-builder.ts';
import { DefaultBackend } from './default-backend.ts';
import { buildHost } from './host-builder.ts';
import type { HostInput } from './host-input.ts';
import type { AnnotatedBackend, AnnotatedIngress, AnnotatedRule } from './annotated-ingress.ts';
import { IngressReader } from './annotated-ingress.ts';
import { byAge } from './ingress-origin.ts';
import type { ModelOptions } from './model-options.ts';
import { planCanaries } from './canary-plan.ts';
import { OfList } from './of-list.ts';
import { StreamServices } from './stream-services.ts';
import { wwwRedirects } from './www-redirects.ts';
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

/** What hosts are made of. */
interface Served {
  readonly served: readonly AnnotatedIngress[];
  readonly snapshot: Snapshot;
  /** The default backend of the controller. */
  readonly standard: PlannedUpstream | undefined;
  readonly serving: ServingSettings;
  readonly settings: RouteSettings;
}

interface BuiltHost {
  readonly input: HostInput;
  readonly host: VirtualHost;
  readonly diagnostics: readonly Diagnostic[];
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
  readonly #certificates = new CertificateBuilder();
  readonly #serving = new ServingReader();
  readonly #sorted = new OfList((ours: readonly Ingress[]) => ours.toSorted(byAge));
  readonly #refs = new OfList((ours: readonly AnnotatedIngress[]) => ours.map(({ ingress }) => refOfIngress(ingress)));
  readonly #plans = new OfList((ours: readonly AnnotatedIngress[]) => {
    const canaries = planCanaries(ours);
    return { canaries, planned: planUpstreams(canaries) };
  });
  #hosts = new Map<string, BuiltHost>();
  /** Virtual hosts built anew since the start: what a test counts. */
  builtHosts = 0;

  /** `nowMs` tells the time, which matters for certificates that expire. */
  constructor(options: ModelOptions, nowMs: () => number = Date.now) {
    this.#options = options;
    this.#ingresses = new IngressReader(options.annotationsRiskLevel);
    this.#accepted = new AcceptedIngresses(this.#ingresses);
    this.#upstreams = new UpstreamBuilder({ externalNames: !options.disableExternalName });
    this.#defaultBackend = new DefaultBackend(options.defaultBackendService);
    this.#streams = new StreamServices(options);
    this.#nowMs = nowMs;
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
    const { canaries, planned } = this.#plans.of(ours);
    const { served } = canaries;
    const standard = this.#defaultBackend.plan(snapshot, this.#upstreams, diagnostics);
    const hosts = this.#buildHosts(
      this.#hostInputs({ served, snapshot, standard, serving: serving.settings, settings: serving.routes }, diagnostics),
    );
    const upstreams = this.#upstreams.build(withPlan(planned.upstreams, standard), snapshot);
    const used = new Set(hosts.flatMap(({ host }) => host.tls?.certificate ?? []));
    diagnostics.push(...canaries.diagnostics, ...planned.diagnostics);
    diagnostics.push(...hosts.flatMap((built) => built.diagnostics), ...upstreams.flatMap((built) => built.diagnostics));
    const model: RoutingModel = {
      listeners: [{ protocol: 'http' }, { protocol: 'https' }],
      settings: serving.settings,
      virtualHosts: withRedirects(hosts, this.#certificates.all(), serving.routes),
      upstreams: upstreams.map(({ upstream }) => upstream),
      certificates: this.#certificates.all().filter(({ id }) => used.has(id)),
      streams: this.#streams.build(snapshot, diagnostics),
    };
    return { model, diagnostics, served: this.#refs.of(ours) };
  }

  #served(snapshot: Snapshot, diagnostics: Diagnostic[]): readonly AnnotatedIngress[] {
    const ours = this.#accepted.of(snapshot, this.#options, diagnostics);
    const served = this.#sorted.of(ours).map((ingress) => this.#ingresses.read(ingress, snapshot));
    for (const { diagnostics: found } of served) diagnostics.push(...found);
    return served;
  }

  #hostInputs({ served, snapshot, standard, serving, settings }: Served, diagnostics: Diagnostic[]): readonly HostInput[] {
    const catchAll = catchAllBackend(served, diagnostics);
    const orStandard = (own: AnnotatedBackend | undefined, features?: IngressFeatures): AnnotatedBackend | undefined =>
      own ?? (standard && this.#defaultBackend.backend(standard, features));
    const byHost = new Map<string, { rules: AnnotatedRule[]; fallback: AnnotatedBackend | undefined }>([
      ['', { rules: [], fallback: orStandard(catchAll) }],
    ]);
    for (const { rules, defaultBackend } of served) {
      for (const rule of rules) {
        const known = byHost.get(rule.host);
        if (known === undefined) byHost.set(rule.host, { rules: [rule], fallback: orStandard(defaultBackend, rule.features) });
        else known.rules.push(rule);
      }
    }
    const tlsOf = this.#tls(served, snapshot, diagnostics);
    return [...byHost].map(([host, { rules, fallback }]) => ({
      host,
      rules,
      fallback,
      fallbackWins: host === '' && catchAll !== undefined,
      ...tlsOf(host),
      logDefaultBackend: host !== '' || serving.accessLog.defaultBackend,
      semantics: this.#options.pathSemantics,
      settings,
    }));
  }

  /** The certificate of a host: what an Ingress says, and what clients are shown where none does. */
  #tls(
    served: readonly AnnotatedIngress[],
    { objects, setAside }: Snapshot,
    diagnostics: Diagnostic[],
  ): (host: string) => Pick<HostInput, 'tls' | 'defaultTls'> {
    const source = { secrets: objects.Secret, setAside, nowMs: this.#nowMs() };
    const chosen = this.#certificates.choose(served, source, diagnostics);
    const defaultTls = this.#certificates.chooseDefault(this.#options.defaultCertificate, source, diagnostics);
    return (host) => ({ tls: chosen.get(host) ?? chosen.get(wildcardAbove(host) ?? ''), defaultTls });
  }

  #buildHosts(inputs: readonly HostInput[]): readonly BuiltHost[] {
    const next = new Map<string, BuiltHost>();
    for (const input of inputs) {
      const before = this.#hosts.get(input.host);
      if (before !== undefined && sameInput(before.input, input)) next.set(input.host, before);
      else {
        this.builtHosts++;
        next.set(input.host, { input, ...buildHost(input) });
      }
    }
    this.#hosts = next;
    return [...next.values()].toSorted((a, b) => (a.host.name < b.host.name ? -1 : 1));
  }
}

/** The oldest Ingress with a default backend and no rules answers for every other host. */
function catchAllBackend(served: readonly AnnotatedIngress[], diagnostics: Diagnostic[]): AnnotatedBackend | undefined {
  const [winner, ...losers] = served.flatMap(({ defaultBackend, ingress }) =>
    ingress.spec.rules.length === 0 && defaultBackend !== undefined ? [defaultBackend] : [],
  );
  for (const { backend } of losers)
    diagnostics.push(
      diagnose(
        'SLU1207',
        backend.from,
        `${formatObject((winner?.backend ?? backend).from.object)} is older and already is the default backend for every other host`,
      ),
    );
  return winner;
}

/** All hosts sorted by name, those that only redirect to another one included. */
function withRedirects(hosts: readonly BuiltHost[], certificates: readonly Certificate[], settings: RouteSettings): readonly VirtualHost[] {
  const asked = hosts.map(({ host, input }) => ({
    host,
    from: input.rules.find(({ features }) => features.host.wwwRedirect !== undefined)?.features.host.wwwRedirect?.from,
  }));
  const served = hosts.map(({ host }) => host);
  const redirecting = wwwRedirects(asked, certificates, settings);
  return redirecting.length === 0 ? served : [...served, ...redirecting].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function withPlan(plans: ReadonlyMap<string, PlannedUpstream>, more: PlannedUpstream | undefined): ReadonlyMap<string, PlannedUpstream> {
  return more === undefined || plans.has(more.ref.id) ? plans : new Map([...plans, [more.ref.id, more]]);
}

function sameInput(a: HostInput, b: HostInput): boolean {
  const sameRules = a.rules.length === b.rules.length && a.rules.every((rule, index) => rule === b.rules[index]);
  const sameTls = tlsKey(a.tls) === tlsKey(b.tls) && tlsKey(a.defaultTls) === tlsKey(b.defaultTls);
  const sameSettings = a.settings === b.settings && a.logDefaultBackend === b.logDefaultBackend;
  return sameSettings && sameRules && sameTls && a.fallback === b.fallback && a.fallbackWins === b.fallbackWins;
}

function tlsKey(tls: HostInput['tls']): string {
  return tls === undefined ? '' : `${tls.certificate ?? ''} ${formatObject(tls.from.object)} ${tls.from.field}`;
}

function refOfIngress({ kind, metadata: { namespace, name } }: Ingress): ObjectRef {
  return { kind, namespace, name };
}
