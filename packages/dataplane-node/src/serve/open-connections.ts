import { setImmediate as nextTurn } from 'node:timers/promises';
import { messageOf } from '@sluice/core';
import type { ClientTls, ConnectionStates } from '@sluice/core';
import { ClientConnection, FIRST_REQUEST_MS } from './client-connection.ts';
import type { ProxyContext } from './proxy-context.ts';
import { identifyClient } from './request-writer.ts';
import type { Wire } from './wire.ts';

/** How a connection came. */
export interface Arrived {
  readonly secure: boolean;
  /** What upstreams are told. */
  readonly port: number;
  readonly tls?: ClientTls | undefined;
  /** As a peer that is believed says. */
  readonly client?: string | undefined;
}

/** The open connections of one server: counted from the moment when the system hands them over, and drained when it closes. */
export class OpenConnections {
  readonly #context: ProxyContext;
  readonly #clients = new Set<ClientConnection>();
  /** Connections taken from the system so far. */
  #taken = 0;
  /** TLS connections that are no clients yet. */
  #handshakes = 0;
  #accepted = 0;
  /** While the server closes: nobody becomes a client any more. */
  #graceOver = false;
  /** Set while the server closes. */
  #emptied: PromiseWithResolvers<void> | undefined;

  constructor(context: ProxyContext) {
    this.#context = context;
  }

  /** Those that have become clients so far. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Clients that are here now. */
  get size(): number {
    return this.#clients.size;
  }

  /** What is done with the clients that are here now. */
  states(): ConnectionStates {
    const states = { reading: 0, writing: 0, waiting: 0 };
    for (const { state } of this.#clients) states[state]++;
    return states;
  }

  /** The system has handed a connection over. */
  took(): void {
    this.#taken++;
  }

  /** The same, and a handshake begins; `shaken` follows in any case. */
  tookToShake(): void {
    this.#taken++;
    this.#handshakes++;
  }

  /** A handshake is over; where it succeeded, its client has been accepted before. */
  shaken(): void {
    this.#handshakes--;
    this.#checkEmpty();
  }

  /** Makes a client of a connection. One that cannot even be set up is closed: an exception here would end the process. */
  accept(wire: Wire, arrived: Arrived): void {
    try {
      this.#serve(wire, arrived);
    } catch (error) {
      this.#context.logger.error('accepting a connection failed', { error: messageOf(error) });
      wire.destroy();
    }
  }

  /**
   * Closes idle connections and lets requests in flight be answered. `stopListening` is called when everything that the system
   * has accepted is taken. When `signal` aborts the rest is cut. Resolves when no connection is left.
   */
  async drain(signal: AbortSignal, stopListening: () => void): Promise<void> {
    for (const client of this.#clients) client.drain();
    const cutAll = (): void => {
      this.#endGrace();
      for (const client of this.#clients) client.cut();
    };
    if (signal.aborted) cutAll();
    else signal.addEventListener('abort', cutAll, { once: true });
    const grace = setTimeout(() => this.#endGrace(), FIRST_REQUEST_MS);
    await this.#takeAll();
    stopListening();
    this.#emptied ??= Promise.withResolvers<void>();
    this.#checkEmpty();
    await this.#emptied.promise;
    clearTimeout(grace);
    signal.removeEventListener('abort', cutAll);
  }

  /**
   * With the listener the system resets what it has accepted and nobody has taken. That is taken first: one connection for
   * each turn of the event loop, until a turn brings none.
   */
  async #takeAll(): Promise<void> {
    for (let taken = -1; taken !== this.#taken && !this.#graceOver;) {
      taken = this.#taken;
      await nextTurn();
      await nextTurn();
    }
  }

  #serve(wire: Wire, { secure, port, tls, client: announced }: Arrived): void {
    const { remotePort = 0 } = wire.socket;
    const remoteAddress = announced ?? wire.socket.remoteAddress;
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

  #endGrace(): void {
    this.#graceOver = true;
    this.#checkEmpty();
  }

  #checkEmpty(): void {
    if (this.#clients.size === 0 && (this.#handshakes === 0 || this.#graceOver)) this.#emptied?.resolve();
  }
}
