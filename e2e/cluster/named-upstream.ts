import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { portOf } from '../socket-port.ts';
import type { EndpointPlace } from './objects.ts';

/** A server that answers every request with its name, at an address that endpoints can have. */
export class NamedUpstream {
  readonly name: string;
  readonly place: EndpointPlace;
  readonly #server: Server;

  private constructor(name: string, server: Server, address: string) {
    this.name = name;
    this.#server = server;
    this.place = { address, port: portOf(server) };
  }

  static async start(name: string, address: string): Promise<NamedUpstream> {
    // Longer than proxies keep idle connections, so that none is closed at the moment it is used again.
    const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
      request.resume();
      response.end(name);
    });
    server.listen(0, address);
    await once(server, 'listening');
    return new NamedUpstream(name, server, address);
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}
