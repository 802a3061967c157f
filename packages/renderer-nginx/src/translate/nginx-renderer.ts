import { builtIn, diagnose, encodePlans, fidelityDiagnostics, hashFindings, sessionFindings } from '@sluice/core';
import type { Artifact, Diagnostic, FidelityTable, Renderer, RoutingModel, ServingSettings, Translation, VirtualHost } from '@sluice/core';
import type { Directive } from '../render/directive.ts';
import type { NginxTree } from '../render/nginx-tree.ts';
import { renderNginx } from '../render/render-nginx.ts';
import { effectiveDeployment } from './effective.ts';
import { control, httpDirectives, mainDirectives } from './globals.ts';
import { nginxFidelity, staticFidelity, withoutAuthRequest, withoutBrotli } from './fidelity.ts';
import { liveTableOf } from './live-table.ts';
import { Resources } from './resources.ts';
import { inOrderOfNames, serverName } from './server-name.ts';
import { serverOf } from './server.ts';
import { SharedHosts, TranslatedHost } from './shared-servers.ts';
import type { SharedServers } from './shared-servers.ts';
import { compressionFindings } from './compression.ts';
import { staticFindings } from './static-findings.ts';
import { streamFindings, streamTree } from './streams.ts';
import { isLive } from './surroundings.ts';
import { transportSecurity } from './transport-security.ts';
import type { Deployment } from './surroundings.ts';

/** A host as it was translated last, with what it needs besides, and what that depended on besides the host itself. */
interface KnownHost {
  readonly translated: TranslatedHost;
  readonly resources: Resources;
  readonly looked: readonly object[];
}

/** What most hosts need besides their servers. */
const nothing = new Resources();

/** Translates models for one deployment of nginx. A host that did not change is not translated again. */
export class NginxRenderer implements Renderer<NginxTree> {
  readonly fidelity: FidelityTable;
  readonly #deployment: Deployment;
  #hosts = new WeakMap<VirtualHost, KnownHost>();
  #settings: ServingSettings | undefined;
  #last: { readonly before: readonly TranslatedHost[]; readonly result: SharedServers } = { before: [], result: { hosts: [], maps: [] } };
  /** Hosts translated since the start: what a test counts. */
  translatedHosts = 0;

  constructor(deployment: Deployment) {
    this.#deployment = deployment;
    this.fidelity = {
      ...nginxFidelity,
      ...(isLive(deployment) ? {} : staticFidelity),
      ...(deployment.capabilities.authRequest ? {} : withoutAuthRequest),
      ...(deployment.capabilities.brotli.found ? {} : withoutBrotli(deployment.capabilities.brotli.because)),
    };
  }

  translate(model: RoutingModel): Translation<NginxTree> {
    const deployment = effectiveDeployment(this.#deployment, model.settings);
    const resources = new Resources();
    const lookup = new Lookup(model);
    this.#use(model.settings);
    const translated = new SharedHosts();
    for (const host of inOrderOfNames(model.virtualHosts)) {
      const known = this.#host(host, lookup);
      resources.merge(known.resources);
      translated.add(known.translated);
    }
    resources.share('TLS', transportSecurity(model, deployment, resources));
    const { hosts, maps } = this.#shared(translated, (host) => this.#server(host, lookup, new Resources()).server);
    const tree: NginxTree = {
      main: mainDirectives(deployment, model.settings),
      http: httpDirectives(deployment, model.settings),
      control: (digest) => control(deployment, digest),
      maps,
      shared: [...resources.shared].toSorted(([a], [b]) => (a < b ? -1 : 1)),
      hosts,
      files: [...resources.files.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1)),
      plans: encodePlans(resources.plans),
      live: isLive(deployment) ? liveTableOf(model) : undefined,
      streams: streamTree(model.streams, deployment, model.settings.streams),
    };
    return { tree, diagnostics: this.#diagnostics(model) };
  }

  render(tree: NginxTree): Artifact {
    return renderNginx(tree);
  }

  /** What holds for every request shows in every host. */
  #use(settings: ServingSettings): void {
    if (settings !== this.#settings) this.#hosts = new WeakMap();
    this.#settings = settings;
  }

  #shared(hosts: SharedHosts, translate: (host: VirtualHost) => Directive): SharedServers {
    const { before, result } = this.#last;
    const same = before.length === hosts.all.length && hosts.all.every((host, index) => host === before[index]);
    if (same) return result;
    const shared = hosts.servers(translate);
    this.#last = { before: hosts.all, result: shared };
    return shared;
  }

  #diagnostics(model: RoutingModel): readonly Diagnostic[] {
    const found = [
      ...fidelityDiagnostics(model, this.fidelity),
      ...streamFindings(model.streams, this.#deployment),
      ...compressionFindings(model.settings),
      ...sessionFindings(model),
    ];
    const { version, lua } = this.#deployment.capabilities;
    if (lua.found) return [...found, ...hashFindings(model)];
    const message = `nginx ${version} works without Lua (${lua.because}): endpoints and certificates change by reloads`;
    return [...found, ...staticFindings(model), diagnose('SLU3006', builtIn, message)];
  }

  #host(host: VirtualHost, lookup: Lookup): KnownHost {
    const known = this.#hosts.get(host);
    // Which aliases count depends on all other hosts.
    if (known !== undefined && host.aliases === undefined && known.looked.every((node) => lookup.has(node))) return known;
    this.translatedHosts++;
    const resources = new Resources();
    const { server, looked } = this.#server(host, lookup, resources);
    const translated = new TranslatedHost(host, server, { mayShare: isLive(this.#deployment) });
    const now = { translated, resources: resources.isEmpty ? nothing : resources, looked };
    this.#hosts.set(host, now);
    return now;
  }

  /** Translates a host, and tells which nodes that depends on. */
  #server(host: VirtualHost, lookup: Lookup, resources: Resources): { readonly server: Directive; readonly looked: readonly object[] } {
    const looked = new Set<object>();
    const note = <Node extends object>(node: Node | undefined): Node | undefined => {
      if (node !== undefined) looked.add(node);
      return node;
    };
    const server = serverOf(host, {
      deployment: effectiveDeployment(this.#deployment, lookup.settings),
      settings: lookup.settings,
      resources,
      upstream: (id) => note(lookup.upstream(id)),
      certificate: (id) => note(lookup.certificate(id)),
      isHostName: (name) => lookup.isHostName(name),
    });
    return { server, looked: [...looked] };
  }
}

/** The nodes of one model by id. */
class Lookup {
  readonly #upstreams: ReadonlyMap<string, RoutingModel['upstreams'][number]>;
  readonly #certificates: ReadonlyMap<string, RoutingModel['certificates'][number]>;
  readonly #nodes: ReadonlySet<object>;
  readonly #hosts: RoutingModel['virtualHosts'];
  #names: ReadonlySet<string> | undefined;
  readonly settings: ServingSettings;

  constructor({ upstreams, certificates, virtualHosts, settings }: RoutingModel) {
    this.settings = settings;
    this.#hosts = virtualHosts;
    this.#upstreams = new Map(upstreams.map((upstream) => [upstream.id, upstream]));
    this.#certificates = new Map(certificates.map((certificate) => [certificate.id, certificate]));
    this.#nodes = new Set<object>([...upstreams, ...certificates]);
  }

  upstream(id: string): RoutingModel['upstreams'][number] | undefined {
    return this.#upstreams.get(id);
  }

  certificate(id: string): RoutingModel['certificates'][number] | undefined {
    return this.#certificates.get(id);
  }

  isHostName(name: string): boolean {
    // Only hosts that are translated ask.
    this.#names ??= new Set(this.#hosts.map(({ match }) => serverName(match)));
    return this.#names.has(name);
  }

  has(node: object): boolean {
    return this.#nodes.has(node);
  }
}
