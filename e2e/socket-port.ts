import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Server } from 'node:net';

/** The port that a server listens on. */
export function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the server does not listen on a port');
  return address.port;
}

/** Listens on a port of 127.0.0.1 that the system chooses. */
export async function listenLocally(server: Server): Promise<void> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
}

/** Takes a port of 127.0.0.1 so that nobody else can. */
export async function occupyPort(): Promise<{ readonly port: number; release(): Promise<void> }> {
  const server = createServer();
  await listenLocally(server);
  return {
    port: portOf(server),
    release: async () => {
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}
