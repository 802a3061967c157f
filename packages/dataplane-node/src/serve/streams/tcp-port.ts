import { createServer } from 'node:net';
import type { Server } from 'node:net';
import type { StreamService } from '@sluice/core';
import { listenOn, stopListening } from '../listener.ts';
import type { StreamOptions } from './stream-options.ts';
import type { StreamPort } from './stream-port.ts';
import { StreamTurn } from './stream-turn.ts';
import { TcpRelay } from './tcp-relay.ts';

/** A port for TCP, with its connections. */
export class TcpPort implements StreamPort {
  stream: StreamService;
  readonly #options: StreamOptions;
  readonly #turn = new StreamTurn();
  readonly #servers: readonly Server[];
  readonly #relays = new Set<TcpRelay>();
  readonly #emptied: (() => void)[] = [];

  constructor(stream: StreamService, options: StreamOptions) {
    this.stream = stream;
    this.#options = options;
    this.#servers = options.hosts.map(() => this.#server());
  }

  async open(): Promise<void> {
    for (const [index, server] of this.#servers.entries())
      await listenOn(server, { host: this.#options.hosts[index] ?? '', port: this.stream.port });
    for (const server of this.#servers)
      server.on('error', (error) => this.#options.logger.error('listener failed', { error: error.message }));
  }

  leave(): void {
    for (const server of this.#servers) stopListening(server);
  }

  cut(): void {
    for (const relay of this.#relays) relay.cut();
  }

  async empty(): Promise<void> {
    if (this.#relays.size > 0) await new Promise<void>((resolve) => void this.#emptied.push(resolve));
  }

  get size(): number {
    return this.#relays.size;
  }

  #server(): Server {
    return createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      const { stream } = this;
      const relay = new TcpRelay(socket, {
        stream,
        endpoints: this.#turn.order(stream.upstream.endpoints),
        options: this.#options,
        over: () => this.#gone(relay),
      });
      this.#relays.add(relay);
    });
  }

  #gone(relay: TcpRelay): void {
    this.#relays.delete(relay);
    if (this.#relays.size > 0) return;
    for (const resolve of this.#emptied.splice(0)) resolve();
  }
}
