import type { Explanation, RoutingModel } from '@sluice/core';
import { valuesOf } from '../behaviour/answer-reader.ts';
import { send } from '../behaviour/wire.ts';
import type { Outcome } from '../behaviour/wire.ts';
import type { UnnamedIngress } from '../rule-set.ts';
import { RunningSluice } from '../running-sluice.ts';
import { TemporaryFolder } from '../temporary-folder.ts';
import { differencesOf } from './difference.ts';
import type { Difference } from './difference.ts';
import { explainedDifference, isExplainable } from './explained-difference.ts';
import { Observer } from './observation.ts';
import type { Observation } from './observation.ts';
import type { ReceivedRequest } from './recording-server.ts';
import { Servers } from './servers.ts';
import { bytesOf, explanationPath, serverNameOf } from './wide-request.ts';
import type { WideRequest } from './wide-request.ts';
import { wideObjects } from './wide-rules.ts';

const AT_ONCE = 8;

/** What came of a request on both sides. */
export interface Comparison {
  readonly request: WideRequest;
  readonly explanation: Explanation;
  readonly left: Observation;
  readonly right: Observation;
  readonly differences: readonly Difference[];
}

/** One of the two backends. */
interface Side {
  readonly name: string;
  readonly sluice: RunningSluice;
  readonly observer: Observer;
}

/** An observation with what it was made of. */
interface Seen extends Observation {
  readonly raw: Outcome;
  /** Which endpoint of a Service with several was asked. */
  readonly endpoint?: string;
}

/** Two backends that serve the same folder of manifests, with the same servers behind them. */
export class SideBySide {
  readonly #folder: TemporaryFolder;
  readonly #servers: Servers;
  readonly #left: Side;
  readonly #right: Side;
  /** Services whose endpoint is decided by the request alone. */
  #determined: ReadonlySet<string> = new Set();
  #sent = 0;
  #generation = 0;

  private constructor(folder: TemporaryFolder, servers: Servers, [left, right]: readonly [Side, Side]) {
    this.#folder = folder;
    this.#servers = servers;
    this.#left = left;
    this.#right = right;
  }

  /** `settings`: a configuration file of both. */
  static async start(left: string, right: string, settings: object = {}): Promise<SideBySide> {
    const folder = new TemporaryFolder();
    const servers = await Servers.start();
    folder.writeObjects('manifests/rules.yaml', wideObjects([], servers.surroundings, 'start.marker'));
    const config = folder.write('sluice.json', JSON.stringify(settings));
    const side = async (backend: string, data: string): Promise<Side> => {
      const sluice = await RunningSluice.serving(folder.at('manifests'), folder.at(data), ['--backend', backend, '--config', config]);
      return { name: backend, sluice, observer: new Observer(sluice.ports) };
    };
    const first = await side(left, 'left');
    try {
      return new SideBySide(folder, servers, [first, await side(right, 'right')]);
    } catch (error) {
      await first.sluice.kill();
      throw error;
    }
  }

  /** Resolves when both sides serve the rule set. */
  async serve(specs: readonly UnnamedIngress[]): Promise<void> {
    const marker = `generation-${this.#generation++}.marker`;
    this.#folder.writeObjects('manifests/rules.yaml', wideObjects(specs, this.#servers.surroundings, marker));
    await Promise.all([this.#left.sluice.routes(marker), this.#right.sluice.routes(marker)]);
    this.#determined = determinedServices(await this.#left.sluice.json<RoutingModel>('/api/model'));
  }

  /** Sends a request to both sides and looks at what came of it. */
  async compare(request: WideRequest): Promise<Comparison> {
    const explained = this.#left.sluice.json<Explanation>(explanationPath(request, this.#left.sluice.ports));
    const [explanation, left, right] = await Promise.all([
      explained,
      this.#observe(this.#left, request),
      this.#observe(this.#right, request),
    ]);
    const promise = this.#promised(request, explanation);
    const { places } = this.#servers.surroundings;
    const differences = [
      ...differencesOf(left, right),
      ...(isExplainable(request) ? explainedDifference(this.#left.name, left, promise, places) : []),
      ...(isExplainable(request) ? explainedDifference(this.#right.name, right, promise, places) : []),
      ...(await this.#affinityDifferences(request, left, right)),
    ];
    return { request, explanation, left, right, differences };
  }

  /** Sends several requests, some of them at the same time. */
  async compareAll(requests: readonly WideRequest[]): Promise<readonly Comparison[]> {
    const made: Comparison[] = [];
    for (let start = 0; start < requests.length; start += AT_ONCE)
      made.push(...(await Promise.all(requests.slice(start, start + AT_ONCE).map((request) => this.compare(request)))));
    return made;
  }

  async stop(): Promise<void> {
    await Promise.all([this.#left.sluice.kill(), this.#right.sluice.kill()]);
    await this.#servers.close();
    this.#folder.remove();
  }

  /** What the sides wrote to their logs. */
  logs(): string {
    return [this.#left, this.#right].map(({ name, sluice }) => `--- ${name}\n${sluice.command.stderr}`).join('\n');
  }

  async #observe({ sluice, observer }: Side, request: WideRequest): Promise<Seen> {
    const probe = `probe-${this.#sent++}`;
    const raw = await send({
      port: request.secure ? sluice.ports.https : sluice.ports.http,
      from: request.from,
      ...(request.secure && { serverName: serverNameOf(request) }),
      ...(request.secure && request.certified && { certificate: this.#servers.client }),
      bytes: bytesOf(request, probe),
      bodyless: request.method === 'HEAD',
    });
    const received = this.#servers.take(probe);
    const endpoint = received.find(({ server }) => /-\d$/.test(server))?.server;
    const seen = observer.observe(
      raw,
      received.map((one) => this.#blurred(one)),
    );
    return { ...seen, raw, ...(endpoint !== undefined && { endpoint }) };
  }

  /** Which endpoint of a Service answers is chance, unless the request decides it. */
  #blurred(request: ReceivedRequest): ReceivedRequest {
    const service = request.server.replace(/-\d$/, '');
    return this.#determined.has(service) ? request : { ...request, server: service };
  }

  #promised({ target }: WideRequest, explanation: Explanation): Parameters<typeof explainedDifference>[2] {
    const { location, rewritten } = explanation;
    const named = location === undefined ? undefined : this.#left.observer.text(location);
    return { explanation, location: named, target: this.#left.observer.text(rewritten?.target ?? target) };
  }

  /** A client that comes with the cookie of the other backend gets to the endpoint that the cookie was given for. */
  async #affinityDifferences(request: WideRequest, left: Seen, right: Seen): Promise<readonly Difference[]> {
    const found: Difference[] = [];
    for (const [given, other] of [
      [left, this.#right],
      [right, this.#left],
    ] as const) {
      const cookie = affinityCookieIn(given.raw);
      if (cookie === undefined || given.endpoint === undefined) continue;
      const headers = [...request.headers.filter(([name]) => name.toLowerCase() !== 'cookie'), ['Cookie', cookie] as const];
      const { endpoint = 'none' } = await this.#observe(other, { ...request, headers });
      if (endpoint !== given.endpoint) found.push({ what: `endpoint by cookie, ${other.name}`, left: given.endpoint, right: endpoint });
    }
    return found;
  }
}

function affinityCookieIn({ answer }: Outcome): string | undefined {
  const cookies = valuesOf(answer?.headers ?? [], 'set-cookie').map((line) => /^((?:INGRESSCOOKIE|route)=[^;]+)/.exec(line)?.[1]);
  return cookies.find((cookie) => cookie !== undefined);
}

/** The Services all of whose upstreams choose by a key of the request. */
function determinedServices({ upstreams }: RoutingModel): ReadonlySet<string> {
  const names = new Set(upstreams.map(({ namespace, service }) => `${namespace}/${service}`));
  const byKey = (name: string): boolean =>
    upstreams
      .filter(({ namespace, service }) => `${namespace}/${service}` === name)
      .every(({ balancing, affinity }) => affinity === undefined && balancing?.kind === 'hash' && balancing.subsetSize === undefined);
  return new Set([...names].filter(byKey));
}
