import { SluiceError, accessLines, createDefaultCertificate, defaultServing, messageOf, streamHosts } from '@sluice/core';
import type {
  Dataplane,
  DataplaneHealth,
  DataplaneStats,
  ListenAddresses,
  Logger,
  RequestMetrics,
  RequestTracing,
  RoutingModel,
  StreamService,
} from '@sluice/core';
import type { NodeOptions } from '../options.ts';
import { BatchedAccessLog } from '../serve/access-log.ts';
import type { BoundAddresses, ServingGeneration } from '../serve/proxy-server.ts';
import type { KeyPairText } from '../validate/secure-contexts.ts';
import { ProxyServer } from '../serve/proxy-server.ts';
import { OpenStreams } from '../serve/streams/open-streams.ts';
import { PROXY_HEADER_MS } from '../serve/streams/stream-options.ts';

interface Running {
  readonly server: ProxyServer;
  readonly streams: OpenStreams;
  readonly defaultPair: KeyPairText;
  readonly accessLog: BatchedAccessLog | undefined;
}

export interface NodeDataplaneParts {
  readonly options: NodeOptions;
  readonly listen: ListenAddresses;
  readonly logger: Logger;
  /** Where requests are counted; undefined where nobody wants to know. */
  readonly metrics: RequestMetrics | undefined;
  /** How requests get spans; undefined where no spans are exported. */
  readonly tracing: RequestTracing | undefined;
  /** Takes whole lines of the access log. */
  readonly writeAccessLog: (lines: Buffer) => void;
}

/** The proxy in this process, from its start to its end. */
export class NodeDataplane implements Dataplane {
  readonly #parts: NodeDataplaneParts;
  #running: Running | undefined;
  /** The one that drains its connections, or did: what it has counted stays. */
  #ending: Running | undefined;

  constructor(parts: NodeDataplaneParts) {
    this.#parts = parts;
  }

  /** Rejects with the reason of `signal` when that aborts before the end; nothing listens then. */
  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { chain, privateKey } = await createDefaultCertificate();
    signal.throwIfAborted();
    const running = this.#prepare({ cert: chain, key: privateKey.reveal() });
    try {
      await listening(running.server);
      signal.throwIfAborted();
    } catch (error) {
      await end(running, AbortSignal.abort());
      throw error;
    }
    this.#running = running;
    this.#parts.logger.info('listening', { http: this.addresses().http.map(shown), https: this.addresses().https.map(shown) });
  }

  async stop(signal: AbortSignal): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    this.#ending = running;
    if (running !== undefined) await end(running, signal);
  }

  #prepare(pair: { readonly cert: string; readonly key: string }): Running {
    const { listen, options, logger, metrics, tracing, writeAccessLog } = this.#parts;
    const accessLog = options.accessLog ? new BatchedAccessLog(accessLines(defaultServing.accessLog), writeAccessLog) : undefined;
    const server = new ProxyServer({
      http: listen.http,
      https: listen.https,
      timeouts: options.timeouts,
      accessLog,
      metrics,
      tracing,
      logger,
      defaultCertificate: pair,
    });
    const streams = new OpenStreams({
      hosts: streamHosts(listen),
      connectMs: options.timeouts.connectMs,
      headerMs: PROXY_HEADER_MS,
      times: defaultServing.streams,
      logger,
    });
    return { server, streams, defaultPair: pair, accessLog };
  }

  health(): Promise<DataplaneHealth> {
    return Promise.resolve(this.#running === undefined ? { healthy: false, reason: 'the proxy is not listening' } : { healthy: true });
  }

  stats(): DataplaneStats {
    return (this.#running ?? this.#ending)?.server.stats() ?? { acceptedConnections: 0, activeConnections: 0, requests: 0 };
  }

  addresses(): BoundAddresses {
    return this.#running?.server.addresses() ?? { http: [], https: [] };
  }

  /** Digest of the generation by which the next request is answered. */
  get servedDigest(): string | undefined {
    return this.#running?.server.generation;
  }

  /** Throws `SLU3002` when the proxy is not running. `make` gets the default certificate. */
  swap(make: (defaultPair: KeyPairText) => ServingGeneration): void {
    if (this.#running === undefined) throw new SluiceError('SLU3002', 'the proxy is not running');
    const { server, accessLog, defaultPair } = this.#running;
    const generation = make(defaultPair);
    accessLog?.use(accessLines(generation.routes.settings.accessLog));
    server.swap(generation);
  }

  /** Makes these the streams that are served; nothing when the proxy is not running. */
  async swapStreams({ streams, settings }: RoutingModel): Promise<void> {
    await this.#running?.streams.swap(streams, settings.streams);
  }

  /** Whether the port of a stream is open. */
  hasOpen(stream: StreamService): boolean {
    return this.#running?.streams.isOpen(stream) === true;
  }

  /** Where it listens or shall listen. */
  get listen(): Pick<ListenAddresses, 'http' | 'https'> {
    const { http, https } = this.addresses();
    const { listen } = this.#parts;
    const bound = (asked: ListenAddresses['http'], actual: readonly { readonly port: number }[]): ListenAddresses['http'] =>
      asked.map(({ host, port }, index) => ({ host, port: actual[index]?.port ?? port }));
    return { http: bound(listen.http, http), https: bound(listen.https, https) };
  }
}

async function listening(server: ProxyServer): Promise<void> {
  try {
    await server.listen();
  } catch (error) {
    throw new SluiceError('SLU3001', `cannot listen: ${messageOf(error)}`, { cause: error });
  }
}

/** The access log is closed last: it has the requests that were answered while draining. */
async function end({ server, streams, accessLog }: Running, signal: AbortSignal): Promise<void> {
  await Promise.all([server.close(signal), streams.close(signal)]);
  accessLog?.close();
}

function shown({ address, port }: { readonly address: string; readonly port: number }): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}
