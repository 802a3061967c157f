import type { AddressInfo, Server } from 'node:net';
import type { DataplaneStats, Logger, RequestMetrics, RequestTracing, ServingSettings, TransportSecurity } from '@sluice/core';
import type { AccessLog } from './access-log.ts';
import { Balancer } from './balancer.ts';
import { clientTlsOf } from './client-tls.ts';
import { DeadlineSweep } from './deadline-sweep.ts';
import { GateKit } from './gates/gate-kit.ts';
import { Greetings } from './greetings.ts';
import { addressOf, listenOn, plainServer, stopListening } from './listener.ts';
import type { ListenAddress } from './listener.ts';
import { Mirrors } from './mirrors.ts';
import { OpenConnections } from './open-connections.ts';
import { settingsOf } from './proxy-context.ts';
import type { ProxyContext, ProxyTimeouts, ServingGeneration } from './proxy-context.ts';
import { acceptRaw, wireOf } from './raw-accept.ts';
import { RequestObserver } from './request-observer.ts';
import { ServedNames } from './served-names.ts';
import { TlsListener } from './tls-listener.ts';
import type { KeyPairText } from '../validate/secure-contexts.ts';
import type { Wire } from './wire.ts';

export type { ListenAddress } from './listener.ts';
export type { ProxyTimeouts, ServingGeneration } from './proxy-context.ts';

/** What a proxy server is made with; none of it changes while it runs. */
export interface ProxyOptions {
  readonly http: readonly ListenAddress[];
  readonly https: readonly ListenAddress[];
  readonly timeouts: ProxyTimeouts;
  readonly accessLog: AccessLog | undefined;
  /** Where requests are counted. */
  readonly metrics: RequestMetrics | undefined;
  /** How requests get spans. */
  readonly tracing: RequestTracing | undefined;
  readonly logger: Logger;
  /** Served to clients without a server name until a generation has another one, and to all until the first generation. */
  readonly defaultCertificate: KeyPairText;
}

/** Where a server really listens: ports chosen by the system are known here. */
export interface BoundAddresses {
  readonly http: readonly AddressInfo[];
  readonly https: readonly AddressInfo[];
}

/** What upstreams are told whatever the listener's number is (ingress-nginx `X-Forwarded-Port`). */
const HTTPS_PORT = 443;

/** A reverse proxy in this process: HTTP/1.x in, HTTP/1.1 out, routed by the generation that was swapped in last. */
export class ProxyServer {
  readonly #options: ProxyOptions;
  readonly #context: ProxyContext;
  readonly #connections: OpenConnections;
  readonly #names: ServedNames;
  readonly #greetings: Greetings;
  readonly #http: readonly Server[];
  readonly #https: readonly TlsListener[];
  #defaultPair: KeyPairText;
  #security: TransportSecurity | undefined;
  #addresses: BoundAddresses = { http: [], https: [] };

  constructor(options: ProxyOptions) {
    const sweep = new DeadlineSweep();
    const { timeouts, accessLog, metrics, tracing, logger } = options;
    this.#options = options;
    this.#defaultPair = options.defaultCertificate;
    this.#context = {
      timeouts,
      mostRequests: Infinity,
      headerBuffers: undefined,
      observer: new RequestObserver(accessLog, metrics),
      tracing,
      logger,
      sweep,
      balancer: new Balancer(sweep, logger),
      mirrors: new Mirrors(logger),
      gates: new GateKit(sweep),
      generation: undefined,
      draining: false,
      httpsPort: HTTPS_PORT,
      tunnelsUntilMs: Infinity,
      requests: 0,
    };
    this.#connections = new OpenConnections(this.#context);
    this.#names = new ServedNames(this.#context);
    this.#greetings = new Greetings(() => settingsOf(this.#context).proxyProtocol);
    this.#http = options.http.map(() => plainServer());
    this.#https = options.https.map(() => this.#tlsListener());
  }

  /** Opens all addresses. Rejects with the system's error after closing what was opened. */
  async listen(): Promise<void> {
    const { http, https } = this.#options;
    try {
      for (const [index, { server }] of this.#https.entries()) await this.#open(server, https[index]);
      this.#addresses = { http: [], https: this.#https.map(({ server }) => addressOf(server)) };
      this.#context.httpsPort = this.#addresses.https[0]?.port ?? HTTPS_PORT;
      for (const [index, server] of this.#http.entries()) {
        await this.#open(server, http[index]);
        this.#takeFrom(server);
      }
    } catch (error) {
      this.#stopListening();
      throw error;
    }
    this.#addresses = { ...this.#addresses, http: this.#http.map(addressOf) };
  }

  /** The bound addresses, in the order of the options; empty before `listen` has resolved. */
  addresses(): BoundAddresses {
    return this.#addresses;
  }

  /**
   * Serves this generation from now on: the next request head is routed by it. Requests that were routed before finish on
   * what they started with; connections stay open on both sides. Before the first swap requests are answered 503.
   */
  swap(generation: ServingGeneration): void {
    this.#use(generation.routes.settings);
    this.#context.balancer.swap(generation.upstreams);
    this.#context.generation = generation;
    this.#speak(generation.defaultPair ?? this.#options.defaultCertificate, generation.routes.settings.transportSecurity);
  }

  #speak(pair: KeyPairText, security: TransportSecurity): void {
    if (pair === this.#defaultPair && security === this.#security) return;
    this.#defaultPair = pair;
    this.#security = security;
    for (const listener of this.#https) listener.use(pair, security);
  }

  /** Digest of the generation that is served. */
  get generation(): string | undefined {
    return this.#context.generation?.digest;
  }

  /** Settings go before options; what they do not say is up to these. */
  #use({ clients, upstreams }: ServingSettings): void {
    const { timeouts } = this.#options;
    const context = this.#context;
    context.timeouts = {
      ...timeouts,
      headerMs: clients.headerMs ?? timeouts.headerMs,
      idleClientMs: clients.idleMs ?? timeouts.idleClientMs,
      ...(clients.bodyMs !== undefined && { bodyMs: clients.bodyMs }),
    };
    context.mostRequests = clients.idleMs === 0 ? 1 : (clients.requests ?? Infinity);
    context.headerBuffers = clients.headerBuffers;
    context.balancer.keep(upstreams);
  }

  /**
   * Stops accepting, closes idle connections, lets requests in flight be answered (`Connection: close`), ends tunnels after
   * `drainTunnelsMs`. When `signal` aborts the rest is cut. Resolves when no connection is left.
   */
  async close(signal: AbortSignal): Promise<void> {
    this.#context.draining = true;
    this.#context.tunnelsUntilMs = performance.now() + this.#options.timeouts.drainTunnelsMs;
    await this.#connections.drain(signal, () => this.#stopListening());
    this.#context.balancer.close();
    this.#context.mirrors.close();
    this.#context.gates.close();
    this.#context.sweep.stop();
  }

  stats(): DataplaneStats {
    const { accepted, size } = this.#connections;
    const { requests } = this.#context;
    return { acceptedConnections: accepted, activeConnections: size, requests, states: this.#connections.states() };
  }

  async #open(server: Server, address: ListenAddress | undefined): Promise<void> {
    if (address === undefined) return;
    await listenOn(server, address);
    server.on('error', (error) => this.#context.logger.error('listener failed', { error: error.message }));
  }

  /** Called as soon as the server listens: a connection that comes before belongs to nobody. */
  #takeFrom(server: Server): void {
    const { port } = addressOf(server);
    acceptRaw(server, (wire) => {
      this.#connections.took();
      this.#greet(wire, port);
    });
  }

  /** A connection without TLS. */
  #greet(wire: Wire, port: number): void {
    this.#greetings.plain(wire, (announced) =>
      this.#connections.accept(wire, { secure: false, port: announced?.port ?? port, client: announced?.client }),
    );
  }

  #tlsListener(): TlsListener {
    const { defaultCertificate, timeouts } = this.#options;
    const connections = this.#connections;
    const listener = new TlsListener(defaultCertificate, timeouts.headerMs, this.#names, (socket, then) =>
      this.#greetings.secure(socket, then),
    );
    listener.server
      .on('connection', () => connections.tookToShake())
      .on('secureConnection', (socket) => {
        const tls = clientTlsOf(socket, (name) => this.#names.authOf(name));
        connections.accept(wireOf(socket, true), { secure: true, port: HTTPS_PORT, tls, client: this.#greetings.clientOf(socket) });
        connections.shaken();
      })
      .on('tlsClientError', () => connections.shaken());
    return listener;
  }

  #stopListening(): void {
    for (const server of this.#servers()) stopListening(server);
  }

  #servers(): readonly Server[] {
    return [...this.#http, ...this.#https.map(({ server }) => server)];
  }
}
