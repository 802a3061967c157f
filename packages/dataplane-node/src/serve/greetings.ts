import type { Socket } from 'node:net';
import { hasAddress } from '@sluice/core';
import type { ProxyProtocol } from '@sluice/core';
import { readGreeting, readSocketGreeting } from './proxy-greeting.ts';
import type { Greeting } from './proxy-greeting.ts';
import type { Wire } from './wire.ts';

/** What a header of the PROXY protocol says of a connection. */
export interface Announced {
  /** Absent where the peer is not believed, or asks for itself. */
  readonly client?: string | undefined;
  /** To which the client came. */
  readonly port?: number | undefined;
}

/** Reads the headers of the PROXY protocol, where there are to be any, before anybody else reads a connection. */
export class Greetings {
  readonly #settings: () => ProxyProtocol;
  /** Clients of connections with TLS, by `connectionKey`. */
  readonly #clients = new Map<string, string>();

  constructor(settings: () => ProxyProtocol) {
    this.#settings = settings;
  }

  /** A connection without TLS: `then` attaches somebody to the wire. */
  plain(wire: Wire, then: (announced: Announced | undefined) => void): void {
    const { peers, headerMs } = this.#settings();
    if (peers === undefined) return then(undefined);
    readGreeting(wire, headerMs, (greeting, rest) => {
      then({ client: believed(peers, wire.socket, greeting), port: greeting?.destinationPort });
      if (rest.length > 0) wire.received(rest, 0, rest.length);
    });
  }

  /** One with TLS, whose client is known by its addresses until the handshake is over; `then` is told whether there can be one. */
  secure(socket: Socket, then: (success: boolean) => void): void {
    const { peers, headerMs } = this.#settings();
    if (peers === undefined) return then(true);
    const key = connectionKey(socket);
    readSocketGreeting(socket, headerMs, (success, greeting) => {
      const client = believed(peers, socket, greeting);
      if (client !== undefined) this.#clients.set(key, client);
      socket.once('close', () => this.#clients.delete(key));
      then(success);
    });
  }

  /** The client of a connection with TLS; undefined where it is the peer. */
  clientOf(socket: Socket): string | undefined {
    return this.#clients.size === 0 ? undefined : this.#clients.get(connectionKey(socket));
  }
}

function believed(peers: readonly string[], { remoteAddress = '' }: Socket, greeting: Greeting): string | undefined {
  return hasAddress(peers, remoteAddress) ? greeting?.sourceAddress : undefined;
}

/** Tells connections apart as long as they are open. */
function connectionKey({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}
