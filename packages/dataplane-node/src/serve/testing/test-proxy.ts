import { createServer as createHttpServer } from 'node:http';
import type { RequestListener, Server as HttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { silentLogger } from '@sluice/core';
import type { Logger, RequestMetrics, RequestTracing } from '@sluice/core';
import type { AccessLog } from '../access-log.ts';
import type { ProxyTimeouts, ServingGeneration } from '../proxy-context.ts';
import { ProxyServer } from '../proxy-server.ts';
import { fallbackCertificate } from './certificates.ts';

const defaults: ProxyTimeouts = {
  connectMs: 5000,
  readMs: 10_000,
  sendMs: 10_000,
  idleClientMs: 10_000,
  headerMs: 10_000,
  drainTunnelsMs: 10_000,
};

/** Everything that a test opens; closed in reverse by `close`. */
export class TestBench {
  readonly #closers: (() => Promise<void> | void)[] = [];

  /** A proxy on free ports of 127.0.0.1, with TLS when asked for. */
  async proxy(
    options: {
      generation?: ServingGeneration;
      timeouts?: Partial<ProxyTimeouts>;
      accessLog?: AccessLog;
      metrics?: RequestMetrics;
      tracing?: RequestTracing;
      tls?: boolean;
      logger?: Logger;
    } = {},
  ): Promise<ProxyServer> {
    const address = { host: '127.0.0.1', port: 0 };
    const server = new ProxyServer({
      http: [address],
      https: options.tls === true ? [address] : [],
      timeouts: { ...defaults, ...options.timeouts },
      accessLog: options.accessLog,
      metrics: options.metrics,
      tracing: options.tracing,
      logger: options.logger ?? silentLogger,
      defaultCertificate: await fallbackCertificate(),
    });
    await server.listen();
    if (options.generation !== undefined) server.swap(options.generation);
    this.#closers.push(() => server.close(AbortSignal.abort()));
    return server;
  }

  /** An HTTP upstream made with node:http; resolves with its port. */
  async http(listener: RequestListener): Promise<{ port: number; server: HttpServer }> {
    const server = createHttpServer({ keepAliveTimeout: 30_000 }, listener);
    const port = await this.#listen(server);
    this.#closers.push(() => {
      server.closeAllConnections();
      server.close();
    });
    return { port, server };
  }

  /** An upstream that deals with the bytes of its connections itself. */
  async raw(onSocket: (socket: Socket) => void): Promise<{ port: number; server: Server; sockets: Set<Socket> }> {
    const sockets = new Set<Socket>();
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
      onSocket(socket);
    });
    const port = await this.#listen(server);
    this.#closers.push(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    return { port, server, sockets };
  }

  /** An upstream that answers each connection's first request with these bytes, then ends it when asked to. */
  async canned(answer: string, end = true): Promise<number> {
    const { port } = await this.raw((socket) => {
      socket.once('data', () => {
        socket.write(Buffer.from(answer, 'latin1'));
        if (end) socket.end();
      });
    });
    return port;
  }

  /** A port that nobody listens on. */
  async closedPort(): Promise<number> {
    const server = createServer();
    const port = await this.#listen(server);
    const { promise, resolve } = Promise.withResolvers<void>();
    server.close(() => resolve());
    await promise;
    return port;
  }

  async close(): Promise<void> {
    for (const closer of this.#closers.splice(0).toReversed()) await closer();
  }

  async #listen(server: Server): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<void>();
    server.listen(0, '127.0.0.1', resolve);
    await promise;
    return portOf(server.address());
  }
}

/** The port of a bound address. */
export function portOf(address: AddressInfo | string | null | undefined): number {
  if (address === null || address === undefined || typeof address === 'string') throw new TypeError('not listening');
  return address.port;
}

/** The port of the plain listener of a proxy. */
export function httpPort(proxy: ProxyServer): number {
  return portOf(proxy.addresses().http[0]);
}
