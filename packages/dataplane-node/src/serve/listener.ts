import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';

/** Longer than the default of 511, so that a burst of connections after a restart does not wait for SYN retries. */
const BACKLOG = 4096;

/** Where to listen. `host` empty or `::` means all addresses of both families; port 0 lets the system choose. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** A server for connections without TLS; they are not read before somebody takes them over. */
export function plainServer(): Server {
  return createServer({ allowHalfOpen: true, noDelay: true });
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
