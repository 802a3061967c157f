import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { SecureContext, Server as TlsServer, TlsOptions, TLSSocket } from 'node:tls';
import type { KeyPairText } from '../validate/secure-contexts.ts';
import { constants } from 'node:crypto';
import type { TransportSecurity } from '@sluice/core';
import { transportOptions } from '../validate/transport-options.ts';
import { peekClientHello } from './client-hello.ts';

/** Longer than the default of 511, so that a burst of connections after a restart does not wait for SYN retries. */
const BACKLOG = 4096;

/** Where to listen. `host` empty or `::` means all addresses of both families; port 0 lets the system choose. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** What comes before the handshake; `then` is told whether there can be one. */
export type Arrival = (socket: Socket, then: (success: boolean) => void) => void;

/** A server for connections without TLS; they are not read before somebody takes them over. */
export function plainServer(): Server {
  return createServer({ allowHalfOpen: true, noDelay: true });
}

/** A server for TLS, and how it gets other settings and another certificate for clients that send no server name. */
export interface TlsListener {
  readonly server: Server;
  use(pair: KeyPairText, security: TransportSecurity): void;
}

/** What depends on the name that a client asks for; empty where it asks for none. */
export interface TlsChoices {
  readonly secureContextFor: (serverName: string) => SecureContext | undefined;
  /** Whether a certificate is asked for. */
  readonly asksFor: (serverName: string) => boolean;
  /** Whether there is no handshake at all. */
  readonly refuses: (serverName: string) => boolean;
  /** What comes before the handshake; nothing where it is absent. */
  readonly arrives?: Arrival;
}

/** A fatal alert `unrecognized_name` (RFC 6066 section 3). */
const UNRECOGNIZED_NAME = Buffer.from([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x70]);

/**
 * A server for TLS 1.2 and up, which emits `secureConnection` and `tlsClientError`, one of them for each connection. The
 * certificate is chosen for each handshake, so that a change needs no restart; the given one is for clients that send no
 * server name. Failed handshakes end their connection and nothing else.
 *
 * Node's server with an ALPN list, or with a callback for it, ends the handshake of a client that offers only something
 * else (`h2`), as RFC 7301 section 3.2 has it; clients that do not insist would be served well without an agreement. So
 * only those that offer `http/1.1` get to a server that knows ALPN. In the same way only clients of hosts that check
 * certificates get to a server that asks for one: browsers would show a dialog everywhere else. There is no resumption there,
 * so that a certificate that was checked for one host never serves another.
 */
export function tlsServer(
  fallback: KeyPairText & { readonly handshakeTimeout: number },
  { secureContextFor, asksFor, refuses, arrives = (_socket, then) => then(true) }: TlsChoices,
): TlsListener {
  const options: TlsOptions & { allowHalfOpen: boolean; noDelay: boolean } = {
    ...fallback,
    allowHalfOpen: true,
    noDelay: true,
    minVersion: 'TLSv1.2',
    honorCipherOrder: true,
    SNICallback: (serverName, callback) => {
      try {
        callback(null, secureContextFor(serverName));
      } catch (error) {
        callback(error instanceof Error ? error : new Error(String(error)));
      }
    },
  };
  const server = plainServer();
  const inner: { readonly made: TlsServer; readonly more: TlsOptions }[] = [];
  const handshakes = (more: TlsOptions): TlsServer => {
    const made = handshakesOf(server, more);
    inner.push({ made, more });
    return made;
  };
  const agreeing = handshakes({ ...options, ALPNProtocols: ['http/1.1'] });
  const silent = handshakes(options);
  const asking = { ...options, requestCert: true, rejectUnauthorized: false, secureOptions: constants.SSL_OP_NO_TICKET };
  const askingAgreeing = handshakes({ ...asking, ALPNProtocols: ['http/1.1'] });
  const askingSilent = handshakes(asking);
  const greeted = (socket: Socket): void =>
    peekClientHello(socket, fallback.handshakeTimeout, (hello) => {
      if (hello === undefined) server.emit('tlsClientError', new Error('closed before its first record'), socket);
      else if (refuses(hello.serverName)) {
        socket.end(UNRECOGNIZED_NAME);
        server.emit('tlsClientError', new Error('the name is refused'), socket);
      } else if (asksFor(hello.serverName)) (hello.offersHttp11 ? askingAgreeing : askingSilent).emit('connection', socket);
      else (hello.offersHttp11 ? agreeing : silent).emit('connection', socket);
    });
  server.on('connection', (socket) =>
    arrives(socket, (success) => {
      if (success) greeted(socket);
      else server.emit('tlsClientError', new Error('closed before its first record'), socket);
    }),
  );
  return {
    server,
    use: (pair, security) => {
      const wanted = transportOptions(security);
      for (const { made, more } of inner) {
        const secureOptions = (more.secureOptions ?? 0) | (wanted.secureOptions ?? 0);
        made.setSecureContext({ ...more, ...wanted, ...pair, secureOptions });
      }
    },
  };
}

/** Makes TLS of the connections that are given to it, and tells `server` of the outcome. */
function handshakesOf(server: Server, options: TlsOptions): TlsServer {
  return createTlsServer(options)
    .on('secureConnection', (socket: TLSSocket) => server.emit('secureConnection', socket))
    .on('tlsClientError', (error: Error, socket: TLSSocket) => {
      socket.destroy();
      server.emit('tlsClientError', error, socket);
    });
}

/** Resolves when the server listens; rejects with the system's error (EADDRINUSE, EACCES, ...). */
export async function listenOn(server: Server, { host, port }: ListenAddress): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen({ port, backlog: BACKLOG, ...(host === '' ? {} : { host }) }, () => {
    server.off('error', reject);
    resolve();
  });
  await promise;
}

/** Stops accepting. Connections that were accepted are left alone. */
export function stopListening(server: Server): void {
  if (server.listening) server.close();
}

/** The bound address; throws before `listenOn` has resolved. */
export function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the server does not listen on a TCP address');
  return address;
}
