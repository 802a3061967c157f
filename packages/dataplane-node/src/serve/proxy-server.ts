import type { AddressInfo, Server } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { messageOf } from '@sluice/core';
import type {
  ClientAuth,
  ClientTls,
  DataplaneStats,
  Logger,
  RequestMetrics,
  RequestTracing,
  ServingSettings,
  TransportSecurity,
} from '@sluice/core';
import type { AccessLog } from './access-log.ts';
import { Balancer } from './balancer.ts';
import { ClientConnection, FIRST_REQUEST_MS } from './client-connection.ts';
import { clientTlsOf } from './client-tls.ts';
import { DeadlineSweep } from './deadline-sweep.ts';
import { GateKit } from './gates/gate-kit.ts';
import { addressOf, listenOn, plainServer, stopListening, tlsServer } from './listener.ts';
import type { ListenAddress, TlsListener } from './listener.ts';
import { Mirrors } from './mirrors.ts';
import type { ProxyContext, ProxyTimeouts, ServingGeneration } from './proxy-context.ts';
import { acceptRaw, wireOf } from './raw-accept.ts';
import { RequestObserver } from './request-observer.ts';
import { identifyClient } from './request-writer.ts';
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

/** How a connection came. */
interface Arrived {
  readonly secure: boolean;
  readonly port: number;
  readonly tls?: ClientTls | undefined;
}

/** What upstreams are told whatever the listener's number is (ingress-nginx `X-Forwarded-Port`). */
const HTTPS_PORT = 443;

/** A reverse proxy in this process: HTTP/1.x in, HTTP/1.1 out, routed by the generation that was swapped in last. */
export class ProxyServer {
  readonly #options: ProxyOptions;
  readonly #context: ProxyContext;
  readonly #clients = new Set<ClientConnection>();
  readonly #http: readonly Server[];
  readonly #https: readonly TlsListener[];
  #defaultPair: KeyPairText;
  #security: TransportSecurity | undefined;
  #addresses: BoundAddresses = { http: [], https: [] };
  #accepted = 0;
  #emptied: PromiseWithResolvers<void> | undefined;
  /** Connections taken from the system so far. */
  #taken = 0;
  /** TLS connections that are no clients yet. */
  #handshakes = 0;
  /** While the server closes: nobody becomes a client any more. */
  #graceOver = false;

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
    this.#http = options.http.map(() => plainServer());
    this.#https = options.https.map(() =>
      tlsServer(
        { ...options.defaultCertificate, handshakeTimeout: timeouts.headerMs },
        {
          secureContextFor: (name) => this.#context.generation?.secureContextFor(name),
          asksFor: (name) => this.#asksFor(name),
          refuses: (name) => this.#refuses(name),
        },
      ),
    );
  }

  /** Opens all addresses. Rejects with the system's error after closing what was opened. */
  async listen(): Promise<void> {
    const { http, https } = this.#options;
    const pairs = [
      ...http.map((address, index) => ({ address, server: this.#http[index] })),
      ...https.map((address, index) => ({ address, server: this.#https[index]?.server })),
    ];
    try {
      for (const { address, server } of pairs) if (server !== undefined) await listenOn(server, address);
    } catch (error) {
      this.#stopListening();
      throw error;
    }
    this.#addresses = { http: this.#http.map(addressOf), https: this.#https.map(({ server }) => addressOf(server)) };
    this.#context.httpsPort = this.#addresses.https[0]?.port ?? HTTPS_PORT;
    this.#http.forEach((server, index) => {
      const port = this.#addresses.http[index]?.port ?? 0;
      acceptRaw(server, (wire) => {
        this.#taken++;
        this.#accept(wire, { secure: false, port });
      });
    });
    for (const { server } of this.#https) this.#serveTls(server);
    for (const server of this.#servers())
      server.on('error', (error) => this.#context.logger.error('listener failed', { error: error.message }));
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
    for (const client of this.#clients) client.drain();
    const cutAll = (): void => {
      this.#endGrace();
      for (const client of this.#clients) client.cut();
    };
    if (signal.aborted) cutAll();
    else signal.addEventListener('abort', cutAll, { once: true });
    const grace = setTimeout(() => this.#endGrace(), FIRST_REQUEST_MS);
    await this.#stopAccepting();
    await this.#empty();
    clearTimeout(grace);
    signal.removeEventListener('abort', cutAll);
    this.#context.balancer.close();
    this.#context.mirrors.close();
    this.#context.gates.close();
    this.#context.sweep.stop();
  }

  stats(): DataplaneStats {
    const states = { reading: 0, writing: 0, waiting: 0 };
    for (const { state } of this.#clients) states[state]++;
    return { acceptedConnections: this.#accepted, activeConnections: this.#clients.size, requests: this.#context.requests, states };
  }

  /**
   * With the listener the system resets what it has accepted and nobody has taken. That is taken first: one connection for
   * each turn of the event loop, until a turn brings none.
   */
  async #stopAccepting(): Promise<void> {
    for (let taken = -1; taken !== this.#taken && !this.#graceOver;) {
      taken = this.#taken;
      await nextTurn();
      await nextTurn();
    }
    this.#stopListening();
  }

  async #empty(): Promise<void> {
    this.#emptied ??= Promise.withResolvers<void>();
    this.#checkEmpty();
    await this.#emptied.promise;
  }

  #checkEmpty(): void {
    if (this.#clients.size === 0 && (this.#handshakes === 0 || this.#graceOver)) this.#emptied?.resolve();
  }

  #endGrace(): void {
    this.#graceOver = true;
    this.#checkEmpty();
  }

  #serveTls(server: Server): void {
    const shaken = (): void => {
      this.#handshakes--;
      this.#checkEmpty();
    };
    server.on('connection', () => {
      this.#taken++;
      this.#handshakes++;
    });
    server.on('secureConnection', (socket) => {
      this.#accept(wireOf(socket, true), { secure: true, port: HTTPS_PORT, tls: clientTlsOf(socket, (name) => this.#authOf(name)) });
      shaken();
    });
    server.on('tlsClientError', shaken);
  }

  #stopListening(): void {
    for (const server of this.#servers()) stopListening(server);
  }

  #servers(): readonly Server[] {
    return [...this.#http, ...this.#https.map(({ server }) => server)];
  }

  /** A connection that cannot even be set up is closed: an exception here would end the process. */
  #accept(wire: Wire, arrived: Arrived): void {
    try {
      this.#serve(wire, arrived);
    } catch (error) {
      this.#context.logger.error('accepting a connection failed', { error: messageOf(error) });
      wire.destroy();
    }
  }

  #serve(wire: Wire, { secure, port, tls }: Arrived): void {
    const { remoteAddress, remotePort = 0 } = wire.socket;
    // Without an address the client has already gone; a TLS handshake may come to its end when it is too late.
    if (remoteAddress === undefined || this.#graceOver) {
      wire.destroy();
      return;
    }
    this.#accepted++;
    const client = { identity: { ...identifyClient({ address: remoteAddress, port: remotePort }, secure, port), tls }, secure };
    const connection = new ClientConnection(wire, client, this.#context, (gone) => this.#gone(gone));
    this.#clients.add(connection);
    if (this.#context.draining) connection.drain();
  }

  #gone(client: ClientConnection): void {
    this.#clients.delete(client);
    this.#checkEmpty();
  }

  #authOf(name: string): ClientAuth | undefined {
    return name === '' ? undefined : this.#context.generation?.routes.hostOf(name)?.clientAuth;
  }

  /** Whether the host of a name wants a client certificate. */
  #asksFor(name: string): boolean {
    const auth = this.#authOf(name);
    return auth?.kind === 'verify' && auth.mode !== 'off';
  }

  /** A name that no host has, or none, where such are refused. */
  #refuses(name: string): boolean {
    const routes = this.#context.generation?.routes;
    if (routes?.settings.transportSecurity.refusesUnknownNames !== true) return false;
    return (routes.hostOf(name)?.match.kind ?? 'any') === 'any';
  }
}
