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
import { settingsName, wideObjects } from './wide-rules.ts';

const AT_ONCE = 8;

/** What came of a request on two of the sides: the first one, and another. */
export interface Comparison {
  readonly backends: readonly [left: string, right: string];
  readonly request: WideRequest;
  readonly explanation: Explanation;
  readonly left: Observation;
  readonly right: Observation;
  readonly differences: readonly Difference[];
}

/** One of the backends. */
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

/** Backends that serve the same folder of manifests, with the same servers behind them. Each is compared with the first. */
export class SideBySide {
  readonly #folder: TemporaryFolder;
  readonly #servers: Servers;
  readonly #first: Side;
  readonly #others: readonly Side[];
  /** Services whose endpoint is decided by the request alone. */
  #determined: ReadonlySet<string> = new Set();
  #sent = 0;
  #generation = 0;

  private constructor(folder: TemporaryFolder, servers: Servers, first: Side, others: readonly Side[]) {
    this.#folder = folder;
    this.#servers = servers;
    this.#first = first;
    this.#others = others;
  }

  /** `settings`: a configuration file of all. */
  static async start(left: string, rights: readonly string[], settings: object = {}): Promise<SideBySide> {
    const folder = new TemporaryFolder();
    const servers = await Servers.start();
    folder.writeObjects('manifests/rules.yaml', wideObjects([], servers.surroundings, 'start.marker'));
    const config = folder.write('sluice.json', JSON.stringify({ configMap: settingsName, ...settings }));
    const started: Side[] = [];
    const start = async (name: string, data: string): Promise<Side> => {
      const sluice = await RunningSluice.serving(folder.at('manifests'), folder.at(data), ['--backend', name, '--config', config]);
      const side = { name, sluice, observer: new Observer(sluice.ports) };
      started.push(side);
      return side;
    };
    try {
      const first = await start(left, 'first');
      for (const [index, name] of rights.entries()) await start(name, `other-${index}`);
      return new SideBySide(folder, servers, first, started.slice(1));
    } catch (error) {
      await Promise.all(started.map(({ sluice }) => sluice.kill()));
      throw error;
    }
  }

  /** Resolves when all sides serve the rule set. */
  async serve(specs: readonly UnnamedIngress[]): Promise<void> {
    const marker = `generation-${this.#generation++}.marker`;
    this.#folder.writeObjects('manifests/rules.yaml', wideObjects(specs, this.#servers.surroundings, marker));
    await Promise.all(this.#sides.map(({ sluice }) => sluice.routes(marker)));
    this.#determined = determinedServices(await this.#first.sluice.json<RoutingModel>('/api/model'));
  }

  /** Sends a request to all sides, or to the first and one other, and looks at what came of it. */
  async compare(request: WideRequest, only?: string): Promise<readonly Comparison[]> {
    const others = this.#others.filter(({ name }) => only === undefined || name === only);
    const explained = this.#first.sluice.json<Explanation>(explanationPath(request, this.#first.sluice.ports));
    const [explanation, left, ...seen] = await Promise.all([
      explained,
      ...[this.#first, ...others].map((side) => this.#observe(side, request)),
    ]);
    if (left === undefined) return [];
    const notExplained = this.#explanationDifferences(request, explanation);
    return Promise.all(
      others.map(async (side, index): Promise<Comparison> => {
        const right = seen[index] ?? left;
        const differences = [
          ...differencesOf(left, right),
          ...(index === 0 ? notExplained(this.#first, left) : []),
          ...notExplained(side, right),
          ...(await this.#affinityDifferences(request, left, [side, right])),
        ];
        return { backends: [this.#first.name, side.name], request, explanation, left, right, differences };
      }),
    );
  }

  /** Sends several requests, some of them at the same time. */
  async compareAll(requests: readonly WideRequest[]): Promise<readonly Comparison[]> {
    const made: Comparison[] = [];
    for (let start = 0; start < requests.length; start += AT_ONCE)
      made.push(...(await Promise.all(requests.slice(start, start + AT_ONCE).map((request) => this.compare(request)))).flat());
    return made;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#sides.map(({ sluice }) => sluice.kill()));
    await this.#servers.close();
    this.#folder.remove();
  }

  /** What the sides wrote to their logs. */
  logs(): string {
    return this.#sides.map(({ name, sluice }) => `--- ${name}\n${sluice.command.stderr}`).join('\n');
  }

  get #sides(): readonly Side[] {
    return [this.#first, ...this.#others];
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

  /** What a side did otherwise than it was explained; nothing for what nobody could ask an explanation of. */
  #explanationDifferences(request: WideRequest, explanation: Explanation): (side: Side, seen: Seen) => readonly Difference[] {
    if (!isExplainable(request)) return () => [];
    const promise = this.#promised(request, explanation);
    return ({ name }, seen) => explainedDifference(name, seen, promise, this.#servers.surroundings.places);
  }

  #promised({ target }: WideRequest, explanation: Explanation): Parameters<typeof explainedDifference>[2] {
    const { location, rewritten } = explanation;
    const named = location === undefined ? undefined : this.#first.observer.text(location);
    return { explanation, location: named, target: this.#first.observer.text(rewritten?.target ?? target) };
  }

  /** A client that comes with the cookie of the other backend gets to the endpoint that the cookie was given for. */
  async #affinityDifferences(request: WideRequest, left: Seen, [side, right]: readonly [Side, Seen]): Promise<readonly Difference[]> {
    const found: Difference[] = [];
    for (const [given, other] of [
      [left, side],
      [right, this.#first],
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
