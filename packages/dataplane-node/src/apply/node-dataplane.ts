import { SluiceError, accessLines, createDefaultCertificate, defaultServing, messageOf } from '@sluice/core';
import type { Dataplane, DataplaneHealth, DataplaneStats, ListenAddresses, Logger, RequestMetrics } from '@sluice/core';
import type { NodeOptions } from '../options.ts';
import { BatchedAccessLog } from '../serve/access-log.ts';
import type { BoundAddresses, ServingGeneration } from '../serve/proxy-server.ts';
import type { KeyPairText } from '../validate/secure-contexts.ts';
import { ProxyServer } from '../serve/proxy-server.ts';

interface Running {
  readonly server: ProxyServer;
  readonly defaultPair: KeyPairText;
  readonly accessLog: BatchedAccessLog | undefined;
}

export interface NodeDataplaneParts {
  readonly options: NodeOptions;
  readonly listen: ListenAddresses;
  readonly logger: Logger;
  /** Where requests are counted; undefined where nobody wants to know. */
  readonly metrics: RequestMetrics | undefined;
  /** Takes whole lines of the access log. */
  readonly writeAccessLog: (lines: string) => void;
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
    const { listen, options, logger, metrics, writeAccessLog } = this.#parts;
    const accessLog = options.accessLog ? new BatchedAccessLog(accessLines(defaultServing.accessLog), writeAccessLog) : undefined;
    const server = new ProxyServer({
      http: listen.http,
      https: listen.https,
      timeouts: options.timeouts,
      accessLog,
      metrics,
      logger,
      defaultCertificate: pair,
    });
    return { server, defaultPair: pair, accessLog };
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
}

async function listening(server: ProxyServer): Promise<void> {
  try {
    await server.listen();
  } catch (error) {
    throw new SluiceError('SLU3001', `cannot listen: ${messageOf(error)}`, { cause: error });
  }
}

/** The access log is closed last: it has the requests that were answered while draining. */
async function end({ server, accessLog }: Running, signal: AbortSignal): Promise<void> {
  await server.close(signal);
  accessLog?.close();
}

function shown({ address, port }: { readonly address: string; readonly port: number }): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}
