import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import { listenLocally, portOf } from './socket-port.ts';

/** What an upstream tells about a request that reached it. */
export interface Echo {
  readonly upstream: string;
  readonly method: string;
  /** The request target, one char per byte. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
}

/** A request that an upstream has received and not yet answered. */
export interface HeldRequest {
  release(): void;
}

/** A server on 127.0.0.1 that answers every request with who it is and what it got. */
export class EchoUpstream {
  readonly name: string;
  readonly #server: Server;
  readonly #held: HeldRequest[] = [];
  #holding = false;
  #wake: (() => void) | undefined;

  private constructor(name: string) {
    this.name = name;
    // Longer than proxies keep idle connections, so that none is closed at the moment it is used again.
    this.#server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => this.#receive(request, response));
  }

  static async start(name: string): Promise<EchoUpstream> {
    const upstream = new EchoUpstream(name);
    await listenLocally(upstream.#server);
    return upstream;
  }

  get port(): number {
    return portOf(this.#server);
  }

  /** From now on requests wait until the test lets them go. */
  hold(): void {
    this.#holding = true;
  }

  /** Resolves with the next request that waits. */
  async held(): Promise<HeldRequest> {
    const request = this.#held.shift();
    if (request !== undefined) return request;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    await promise;
    return this.held();
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    request.resume();
    const release = (): void => this.#answer(request, response);
    if (!this.#holding) return release();
    this.#held.push({ release });
    this.#wake?.();
  }

  #answer({ method = '', url = '', headers }: IncomingMessage, response: ServerResponse): void {
    const echo: Echo = { upstream: this.name, method, target: url, headers };
    const body = JSON.stringify(echo);
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    response.end(method === 'HEAD' ? undefined : body);
  }
}

/** Reads the body of an echo. Throws when it is none, such as an error page. */
export function echoOf(body: string): Echo {
  return JSON.parse(body) as Echo;
}
