import { Agent, createServer, request as forward } from 'node:https';
import type { Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { portOf } from '../socket-port.ts';
import type { ApiAccess } from './kubeconfig.ts';
import { selfSignedFor } from './self-signed.ts';

/** One request that went through. */
export interface Passed {
  readonly verb: 'list' | 'watch' | 'get' | 'write';
  /** `ingresses`, `secrets`, ... */
  readonly resource: string;
  readonly target: string;
  /** Of the answer; 0 as long as there is none. */
  status: number;
}

interface Exchange {
  readonly passed: Passed;
  readonly response: ServerResponse;
  upstream?: IncomingMessage;
}

/**
 * A way to an API server that a test controls: it passes requests on as they are, counts them, and can cut, refuse or silence connections. It
 * ends TLS with a certificate of its own; accounts with a token are the same on both sides.
 */
export class ApiGate {
  readonly passed: Passed[] = [];
  /** How often the API server said that a version is gone (410), in a status or in a watch. */
  gone = 0;
  readonly #server: Server;
  readonly #certificate: string;
  readonly #to: ApiAccess;
  readonly #agent: Agent;
  readonly #sockets = new Set<Socket>();
  readonly #exchanges = new Set<Exchange>();
  #state: 'open' | 'silent' | 'refusing' = 'open';

  private constructor(server: Server, certificate: string, to: ApiAccess) {
    this.#server = server;
    this.#certificate = certificate;
    this.#to = to;
    this.#agent = new Agent(to.ca === undefined ? { rejectUnauthorized: false } : { ca: to.ca });
    server.on('connection', (socket: Socket) => {
      if (this.#state === 'refusing') socket.destroy();
      else this.#sockets.add(socket.once('close', () => this.#sockets.delete(socket)));
    });
    server.on('request', (request, response) => this.#take(request, response));
  }

  static async before(to: ApiAccess): Promise<ApiGate> {
    const { cert, key } = await selfSignedFor('127.0.0.1');
    const gate = new ApiGate(createServer({ cert, key }), cert, to);
    gate.#server.listen(0, '127.0.0.1');
    await once(gate.#server, 'listening');
    return gate;
  }

  /** How the API server is reached through it. */
  access(token: string): ApiAccess {
    return { server: `https://127.0.0.1:${portOf(this.#server)}`, ca: this.#certificate, token };
  }

  /** How many requests of a kind were passed on. */
  count(verb: Passed['verb'], resource?: string): number {
    return this.passed.filter((one) => one.verb === verb && (resource === undefined || one.resource === resource)).length;
  }

  get openWatches(): number {
    return [...this.#exchanges].filter(({ passed, upstream }) => passed.verb === 'watch' && upstream !== undefined).length;
  }

  /** Cuts the connections on which something is watched. */
  cutWatches(): void {
    for (const { passed, response } of this.#exchanges) if (passed.verb === 'watch') response.socket?.destroy();
  }

  /** Cuts every connection and takes no new one until it is opened. */
  refuse(): void {
    this.#state = 'refusing';
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Keeps every connection, takes new ones, and says nothing more until it is opened. */
  silence(): void {
    this.#state = 'silent';
    for (const { upstream, response } of this.#exchanges) upstream?.unpipe(response).pause();
  }

  /** Everything passes again; what was asked in the silence is cut, and what was paused goes on. */
  open(): void {
    this.#state = 'open';
    for (const { upstream, response } of this.#exchanges) {
      if (upstream === undefined) response.socket?.destroy();
      else upstream.pipe(response);
    }
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.refuse();
    this.#agent.destroy();
    await closed;
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const exchange: Exchange = { passed: passedOf(request), response };
    this.passed.push(exchange.passed);
    this.#exchanges.add(exchange);
    response.once('close', () => {
      this.#exchanges.delete(exchange);
      exchange.upstream?.destroy();
    });
    if (this.#state === 'open') this.#forward(exchange, request);
  }

  #forward(exchange: Exchange, request: IncomingMessage): void {
    const { response, passed } = exchange;
    const { method, url = '/' } = request;
    const { host: _own, ...headers } = request.headers;
    const sent = forward(new URL(url, this.#to.server), { method, headers, agent: this.#agent });
    sent.once('error', () => response.socket?.destroy());
    sent.once('response', (upstream) => {
      exchange.upstream = upstream;
      passed.status = upstream.statusCode ?? 0;
      if (passed.status === 410) this.gone++;
      if (passed.verb === 'watch') upstream.on('data', (chunk: Buffer) => (this.gone += chunk.includes('"code":410') ? 1 : 0));
      upstream.once('error', () => response.socket?.destroy());
      response.writeHead(passed.status, upstream.headers);
      response.flushHeaders();
      if (this.#state === 'silent') upstream.pause();
      else upstream.pipe(response);
    });
    response.once('close', () => sent.destroy());
    request.pipe(sent);
  }
}

/** Paths are `/api/v1` or `/apis/GROUP/VERSION`, then `namespaces/NAMESPACE` for most, then the resource and the name. */
function passedOf({ method = 'GET', url = '/' }: IncomingMessage): Passed {
  const { pathname, searchParams } = new URL(url, 'https://api');
  const parts = pathname.split('/').slice(pathname.startsWith('/apis/') ? 4 : 3);
  const [resource = '', name] = parts[0] === 'namespaces' && parts.length > 2 ? parts.slice(2) : parts;
  return { verb: verbOf(method, name, searchParams.has('watch')), resource, target: `${method} ${url}`, status: 0 };
}

function verbOf(method: string, name: string | undefined, watching: boolean): Passed['verb'] {
  if (method !== 'GET') return 'write';
  if (name !== undefined) return 'get';
  return watching ? 'watch' : 'list';
}
