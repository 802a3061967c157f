import { constants } from 'node:crypto';
import type { Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { SecureContext, Server as TlsServer, TlsOptions, TLSSocket } from 'node:tls';
import type { TransportSecurity } from '@sluice/core';
import type { KeyPairText } from '../validate/secure-contexts.ts';
import { transportOptions } from '../validate/transport-options.ts';
import { peekClientHello } from './client-hello.ts';
import type { ClientHello } from './client-hello.ts';
import { plainServer } from './listener.ts';

/** What depends on the name that a client asks for; empty where it asks for none. */
export interface TlsChoices {
  secureContextFor(serverName: string): SecureContext | undefined;
  /** Whether a certificate is asked for. */
  asksFor(serverName: string): boolean;
  /** Whether there is no handshake at all. */
  refuses(serverName: string): boolean;
}

/** What comes before the handshake; `then` is told whether there can be one. */
export type Arrival = (socket: Socket, then: (success: boolean) => void) => void;

interface Handshakes {
  readonly server: TlsServer;
  readonly options: TlsOptions;
}

/** A fatal alert `unrecognized_name` (RFC 6066 section 3). */
const UNRECOGNIZED_NAME = Buffer.from([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x70]);

const HTTP_1_1: TlsOptions = { ALPNProtocols: ['http/1.1'] };

/** Asks for a certificate. Without resumption, so that one that was checked for a host never serves another. */
const ASKING: TlsOptions = { requestCert: true, rejectUnauthorized: false, secureOptions: constants.SSL_OP_NO_TICKET };

/**
 * A listener for TLS 1.2 and up, whose server emits `secureConnection` and `tlsClientError`, one of them for each connection.
 * The certificate is chosen for each handshake, so that a change needs no restart. Failed handshakes end their connection and
 * nothing else.
 *
 * Node's server with an ALPN list, or with a callback for it, ends the handshake of a client that offers only something
 * else (`h2`), as RFC 7301 section 3.2 has it; clients that do not insist would be served well without an agreement. So
 * only those that offer `http/1.1` get to a server that knows ALPN. In the same way only clients of hosts that check
 * certificates get to a server that asks for one: browsers would show a dialog everywhere else.
 */
export class TlsListener {
  readonly server: Server = plainServer();
  readonly #choices: TlsChoices;
  readonly #handshakeMs: number;
  readonly #plain: Handshakes;
  readonly #agreeing: Handshakes;
  readonly #asking: Handshakes;
  readonly #askingAgreeing: Handshakes;

  /** `pair` is for clients that send no server name. */
  constructor(pair: KeyPairText, handshakeMs: number, choices: TlsChoices, arrives: Arrival) {
    this.#choices = choices;
    this.#handshakeMs = handshakeMs;
    const options = this.#options(pair);
    this.#plain = this.#handshakes(options);
    this.#agreeing = this.#handshakes({ ...options, ...HTTP_1_1 });
    this.#asking = this.#handshakes({ ...options, ...ASKING });
    this.#askingAgreeing = this.#handshakes({ ...options, ...ASKING, ...HTTP_1_1 });
    this.server.on('connection', (socket) => arrives(socket, (success) => (success ? this.#greet(socket) : this.#lost(socket))));
  }

  /** Handshakes that begin from now on have these settings, and this certificate where the client sends no server name. */
  use(pair: KeyPairText, security: TransportSecurity): void {
    const wanted = transportOptions(security);
    for (const { server, options } of [this.#plain, this.#agreeing, this.#asking, this.#askingAgreeing]) {
      const secureOptions = (options.secureOptions ?? 0) | (wanted.secureOptions ?? 0);
      server.setSecureContext({ ...options, ...wanted, ...pair, secureOptions });
    }
  }

  #greet(socket: Socket): void {
    peekClientHello(socket, this.#handshakeMs, (hello) => {
      if (hello === undefined) this.#lost(socket);
      else if (this.#choices.refuses(hello.serverName)) this.#refuse(socket);
      else this.#handshakesFor(hello).server.emit('connection', socket);
    });
  }

  #handshakesFor({ serverName, offersHttp11 }: ClientHello): Handshakes {
    if (this.#choices.asksFor(serverName)) return offersHttp11 ? this.#askingAgreeing : this.#asking;
    return offersHttp11 ? this.#agreeing : this.#plain;
  }

  #lost(socket: Socket): void {
    this.server.emit('tlsClientError', new Error('closed before its first record'), socket);
  }

  #refuse(socket: Socket): void {
    socket.end(UNRECOGNIZED_NAME);
    this.server.emit('tlsClientError', new Error('the name is refused'), socket);
  }

  #options(pair: KeyPairText): TlsOptions & { readonly allowHalfOpen: boolean; readonly noDelay: boolean } {
    return {
      ...pair,
      handshakeTimeout: this.#handshakeMs,
      allowHalfOpen: true,
      noDelay: true,
      minVersion: 'TLSv1.2',
      honorCipherOrder: true,
      SNICallback: (serverName, callback) => {
        try {
          callback(null, this.#choices.secureContextFor(serverName));
        } catch (error) {
          callback(error instanceof Error ? error : new Error(String(error)));
        }
      },
    };
  }

  /** Makes TLS of the connections that are given to it, and tells the listener's server of the outcome. */
  #handshakes(options: TlsOptions): Handshakes {
    const server = createTlsServer(options)
      .on('secureConnection', (socket: TLSSocket) => this.server.emit('secureConnection', socket))
      .on('tlsClientError', (error: Error, socket: TLSSocket) => {
        socket.destroy();
        this.server.emit('tlsClientError', error, socket);
      });
    return { server, options };
  }
}
