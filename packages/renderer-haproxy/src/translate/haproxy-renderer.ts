import { Remembered, fidelityDiagnostics } from '@sluice/core';
import type { Artifact, FidelityTable, Renderer, RoutingModel, ServingSettings, Translation, Upstream, VirtualHost } from '@sluice/core';
import type { HaproxyTree } from '../render/haproxy-tree.ts';
import { renderHaproxy } from '../render/render-haproxy.ts';
import { certificateLines } from './certificate-lines.ts';
import { effectiveDeployment, httpsPortOf } from './deployment.ts';
import type { Deployment } from './deployment.ts';
import { haproxyDifferences, haproxyFidelity } from './fidelity.ts';
import { findings } from './findings.ts';
import { hostMaps } from './host-maps.ts';
import type { HostMaps } from './host-maps.ts';
import type { TranslatedHost } from './host-names.ts';
import { streamFindings, streamTree } from './streams.ts';
import { TreeMaker } from './tree.ts';
import { keptConnections, upstreamMaps } from './upstream-maps.ts';
import type { UpstreamMaps } from './upstream-maps.ts';
import { demandKey } from './way.ts';
import type { Demand, Way } from './way.ts';
import { withSharedSessions } from './transport-security.ts';

/** Translates models for one deployment of HAProxy. Hosts and upstreams that did not change are not translated again. */
export class HaproxyRenderer implements Renderer<HaproxyTree> {
  readonly fidelity: FidelityTable = haproxyFidelity;
  readonly differences = haproxyDifferences;
  readonly #deployment: Deployment;
  readonly #hosts = new WeakMap<VirtualHost, HostMaps>();
  #upstreams = new WeakMap<Upstream, Map<string, UpstreamMaps>>();
  /** Parameters of every server. */
  #kept = '';
  readonly #demands = new Remembered<ReadonlyMap<string, Demand>>();
  readonly #trees = new TreeMaker();
  /** Hosts translated since the start: what a test counts. */
  translatedHosts = 0;

  constructor(deployment: Deployment) {
    this.#deployment = deployment;
  }

  translate(model: RoutingModel): Translation<HaproxyTree> {
    const hosts = model.virtualHosts.map((host) => ({ host, maps: this.#host(host) }));
    const deployment = effectiveDeployment(this.#deployment, model.settings);
    this.#keep(model.settings);
    const byId = new Map(model.upstreams.map((upstream) => [upstream.id, upstream]));
    const demands = this.#demands.of(model.virtualHosts, () => uniqueDemands(hosts));
    const upstreams = demanded(demands, byId).map(({ upstream, way }) => this.#upstream(upstream, way));
    const streams = streamTree(model.streams, deployment, model.settings.streams);
    const tree = this.#trees.make({
      deployment,
      settings: withSharedSessions(model),
      hosts,
      upstreams,
      certificates: certificateLines(model),
      streams,
    });
    return {
      tree,
      diagnostics: [
        ...fidelityDiagnostics(model, this.fidelity),
        ...findings(hosts, model, this.#deployment.version),
        ...streamFindings(model.streams),
      ],
    };
  }

  render(tree: HaproxyTree): Artifact {
    return renderHaproxy(tree);
  }

  #host(host: VirtualHost): HostMaps {
    let maps = this.#hosts.get(host);
    if (maps === undefined) {
      this.translatedHosts++;
      this.#hosts.set(host, (maps = hostMaps(host, httpsPortOf(this.#deployment))));
    }
    return maps;
  }

  #keep({ upstreams }: ServingSettings): void {
    const kept = keptConnections(upstreams);
    if (kept !== this.#kept) this.#upstreams = new WeakMap();
    this.#kept = kept;
  }

  #upstream(upstream: Upstream, way: Way): UpstreamMaps {
    let ways = this.#upstreams.get(upstream);
    if (ways === undefined) this.#upstreams.set(upstream, (ways = new Map()));
    let maps = ways.get(way.key);
    if (maps === undefined) ways.set(way.key, (maps = upstreamMaps(upstream, way, this.#kept)));
    return maps;
  }
}

interface Wanted {
  readonly upstream: Upstream;
  readonly way: Way;
}

/** By their keys, sorted. */
function uniqueDemands(hosts: readonly TranslatedHost[]): ReadonlyMap<string, Demand> {
  return sorted(hosts.flatMap(({ maps }) => maps.demands.map((demand) => [demandKey(demand), demand] as const)));
}

/** Each upstream and way once, with the canaries, which are spoken to in the way of the main side. */
function demanded(demands: ReadonlyMap<string, Demand>, byId: ReadonlyMap<string, Upstream>): readonly Wanted[] {
  const canaries: [string, Demand][] = [];
  for (const { upstream, way } of demands.values()) {
    const canary = byId.get(upstream)?.canary;
    const demand = canary && { upstream: canary.upstream, way };
    if (demand !== undefined) canaries.push([demandKey(demand), demand]);
  }
  const all = canaries.length === 0 ? demands : sorted([...demands, ...canaries]);
  return [...all.values()].flatMap(({ upstream: id, way }) => {
    const upstream = byId.get(id);
    return upstream === undefined ? [] : { upstream, way };
  });
}

function sorted<T>(entries: readonly (readonly [string, T])[]): ReadonlyMap<string, T> {
  return new Map([...new Map(entries)].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
