import { wildcardAbove } from '../../evaluate/match.ts';
import { diagnose } from '../../observe/diagnostic.ts';
import type { Diagnostic } from '../../observe/diagnostic.ts';
import type { Snapshot } from '../../watch/snapshot.ts';
import type { IngressFeatures } from '../annotations/ingress-features.ts';
import type { Certificate } from '../certificate.ts';
import { formatObject } from '../origin.ts';
import { Remembered } from '../remembered.ts';
import type { RouteSettings } from '../settings/route-settings.ts';
import type { ServingSettings } from '../settings/serving-settings.ts';
import type { VirtualHost } from '../virtual-host.ts';
import type { AnnotatedBackend, AnnotatedIngress, AnnotatedRule } from './annotated-ingress.ts';
import { CertificateBuilder } from './certificate-builder.ts';
import type { DefaultBackend } from './default-backend.ts';
import { buildHost } from './host-builder.ts';
import type { HostInput } from './host-input.ts';
import type { ModelOptions } from './model-options.ts';
import type { PlannedUpstream } from './upstream-plan.ts';
import { wwwRedirects } from './www-redirects.ts';

/** What hosts are made of. */
export interface Served {
  readonly served: readonly AnnotatedIngress[];
  readonly snapshot: Snapshot;
  /** The default backend of the controller. */
  readonly standard: PlannedUpstream | undefined;
  readonly serving: ServingSettings;
  readonly settings: RouteSettings;
}

/** The hosts of a model with their certificates. The same object for the same objects. */
export interface ServedHosts {
  /** Sorted by name, those that only redirect to another one included. */
  readonly virtualHosts: readonly VirtualHost[];
  /** Those that hosts are shown with, sorted by id. */
  readonly certificates: readonly Certificate[];
  readonly diagnostics: readonly Diagnostic[];
}

interface BuiltHost {
  readonly input: HostInput;
  readonly host: VirtualHost;
  readonly diagnostics: readonly Diagnostic[];
}

/** Builds virtual hosts. Where nothing but endpoints has changed, nothing is looked at. */
export class HostsBuilder {
  readonly #options: Pick<ModelOptions, 'pathSemantics' | 'defaultCertificate'>;
  readonly #defaultBackend: DefaultBackend;
  readonly #certificates = new CertificateBuilder();
  readonly #last = new Remembered<ServedHosts>();
  #hosts = new Map<string, BuiltHost>();
  /** Virtual hosts built anew since the start: what a test counts. */
  built = 0;

  constructor(options: Pick<ModelOptions, 'pathSemantics' | 'defaultCertificate'>, defaultBackend: DefaultBackend) {
    this.#options = options;
    this.#defaultBackend = defaultBackend;
  }

  build(from: Served): ServedHosts {
    const { served, snapshot, standard, serving, settings } = from;
    return this.#last.of([served, snapshot.objects.Secret, snapshot.setAside, standard, serving, settings], () => this.#make(from));
  }

  /** What is to be said of the certificates of the last `build` at this time. */
  expiring(nowMs: number): readonly Diagnostic[] {
    return this.#certificates.expiring(nowMs);
  }

  #make(from: Served): ServedHosts {
    const diagnostics: Diagnostic[] = [];
    const hosts = this.#buildHosts(this.#inputs(from, diagnostics));
    for (const { diagnostics: found } of hosts) diagnostics.push(...found);
    const used = new Set(hosts.flatMap(({ host }) => host.tls?.certificate ?? []));
    const certificates = this.#certificates.all();
    return {
      virtualHosts: withRedirects(hosts, certificates, from.settings),
      certificates: certificates.filter(({ id }) => used.has(id)),
      diagnostics,
    };
  }

  #inputs({ served, snapshot, standard, serving, settings }: Served, diagnostics: Diagnostic[]): readonly HostInput[] {
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
    const source = { secrets: objects.Secret, setAside };
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
        this.built++;
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

function sameInput(a: HostInput, b: HostInput): boolean {
  const sameRules = a.rules.length === b.rules.length && a.rules.every((rule, index) => rule === b.rules[index]);
  const sameTls = tlsKey(a.tls) === tlsKey(b.tls) && tlsKey(a.defaultTls) === tlsKey(b.defaultTls);
  const sameSettings = a.settings === b.settings && a.logDefaultBackend === b.logDefaultBackend;
  return sameSettings && sameRules && sameTls && a.fallback === b.fallback && a.fallbackWins === b.fallbackWins;
}

function tlsKey(tls: HostInput['tls']): string {
  return tls === undefined ? '' : `${tls.certificate ?? ''} ${formatObject(tls.from.object)} ${tls.from.field}`;
}
