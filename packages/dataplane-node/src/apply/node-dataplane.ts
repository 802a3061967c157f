import { createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';
import { SluiceError, createDefaultCertificate, defaultServing, messageOf, streamHosts } from '@sluice/core';
import type { Dataplane, DataplaneHealth, DataplaneStats, ListenAddresses, Logger, RoutingModel, StreamService } from '@sluice/core';
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
  readonly defaultContext: SecureContext;
  readonly defaultPair: KeyPairText;
  readonly accessLog: BatchedAccessLog | undefined;
}

export interface NodeDataplaneParts {
  readonly options: NodeOptions;
  readonly listen: ListenAddresses;
  readonly logger: Logger;
  /** Takes whole lines of the access log. */
  readonly writeAccessLog: (lines: string) => void;
}

/** The proxy in this process, from its start to its end. */
export class NodeDataplane implements Dataplane {
  readonly #parts: NodeDataplaneParts;
  #running: Running | undefined;

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
    if (running !== undefined) await end(running, signal);
  }

  #prepare(pair: { readonly cert: string; readonly key: string }): Running {
    const { listen, options, logger, writeAccessLog } = this.#parts;
    const accessLog = options.accessLog ? new BatchedAccessLog(writeAccessLog) : undefined;
    const server = new ProxyServer({
      http: listen.http,
      https: listen.https,
      timeouts: options.timeouts,
      accessLog,
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
    return { server, streams, defaultContext: createSecureContext({ ...pair, minVersion: 'TLSv1.2' }), defaultPair: pair, accessLog };
  }

  health(): Promise<DataplaneHealth> {
    return Promise.resolve(this.#running === undefined ? { healthy: false, reason: 'the proxy is not listening' } : { healthy: true });
  }

  stats(): DataplaneStats {
    return this.#running?.server.stats() ?? { acceptedConnections: 0, activeConnections: 0, requests: 0 };
  }

  addresses(): BoundAddresses {
    return this.#running?.server.addresses() ?? { http: [], https: [] };
  }

  /** Throws `SLU3002` when the proxy is not running. `make` gets the default certificate. */
  swap(make: (defaultContext: SecureContext, defaultPair: KeyPairText) => ServingGeneration): void {
    if (this.#running === undefined) throw new SluiceError('SLU3002', 'the proxy is not running');
    const { server, defaultContext, defaultPair } = this.#running;
    server.swap(make(defaultContext, defaultPair));
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
