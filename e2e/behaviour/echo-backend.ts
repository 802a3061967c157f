import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { setTimeout as delay } from 'node:timers/promises';
import { portOf } from '../socket-port.ts';
import { wishesOf } from './echo-wishes.ts';

/** What a backend tells about a request. */
export interface EchoedRequest {
  readonly backend: string;
  readonly method: string;
  /** Request target, one char per byte. */
  readonly uri: string;
  readonly http: string;
  /** Names and values in the order of arrival. */
  readonly headers: readonly (readonly [string, string])[];
  readonly bytes: number;
  /** Name asked for in the handshake; present on the backend with TLS. */
  readonly serverName?: string;
  /** Subject of the client certificate. */
  readonly client?: string;
}

export interface EchoOptions {
  readonly name: string;
  readonly address: string;
  /** Present for a backend that speaks TLS. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

/** A backend that answers JSON of what it received, and does what the request asks of it. */
export class EchoBackend {
  readonly name: string;
  readonly address: string;
  /** Everything that arrived, oldest first. */
  readonly received: EchoedRequest[] = [];
  readonly #server: Server;

  private constructor({ name, address, tls }: EchoOptions) {
    this.name = name;
    this.address = address;
    const receive = (request: IncomingMessage, response: ServerResponse): void => void this.#receive(request, response);
    const options = { keepAliveTimeout: 120_000 };
    this.#server =
      tls === undefined
        ? createServer(options, receive)
        : createTlsServer({ ...options, ...tls, requestCert: true, rejectUnauthorized: false }, receive);
    this.#server.on('upgrade', (request, socket) => this.#upgrade(request, socket));
    this.#server.on('connect', (_request, socket: Duplex) => socket.destroy());
  }

  static async start(options: EchoOptions): Promise<EchoBackend> {
    const backend = new EchoBackend(options);
    backend.#server.listen(0, options.address);
    await once(backend.#server, 'listening');
    return backend;
  }

  get port(): number {
    return portOf(this.#server);
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = this.received.length;
    this.received.push(this.#echo(request, 0));
    const wishes = wishesOf(request.url ?? '', this.name);
    if (wishes.close) return void request.socket.destroy();
    const bytes = await lengthOf(request);
    const echo = this.#echo(request, bytes);
    this.received[at] = echo;
    if (wishes.delayMs > 0) await delay(wishes.delayMs);
    if (response.destroyed) return;
    const body = wishes.size === undefined ? JSON.stringify(echo) : 'x'.repeat(wishes.size);
    const type = wishes.size === undefined ? [['Content-Type', wishes.type]] : [];
    const headers = [...type, ['X-Backend', this.name], ...wishes.headers, ['Content-Length', String(body.length)]];
    response.writeHead(wishes.status, headers.flat());
    if (wishes.stallMs > 0) {
      response.write(body.slice(0, 1), 'latin1');
      await delay(wishes.stallMs);
      response.end(body.slice(1), 'latin1');
      return;
    }
    response.end(request.method === 'HEAD' ? '' : body, 'latin1');
  }

  #upgrade(request: IncomingMessage, socket: Duplex): void {
    this.received.push(this.#echo(request, 0));
    socket.on('error', () => socket.destroy());
    const key = `${String(request.headers['sec-websocket-key'])}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash('sha1').update(key).digest('base64');
    const text = Buffer.from(`${this.name} ${request.url ?? ''}`);
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    socket.end(Buffer.concat([Buffer.from([0x81, text.length]), text, Buffer.from([0x88, 0])]));
  }

  #echo(request: IncomingMessage, bytes: number): EchoedRequest {
    const { method = '', url = '', httpVersion, rawHeaders, socket } = request;
    const headers = rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ''] as const] : []));
    return { backend: this.name, method, uri: url, http: httpVersion, headers, bytes, ...handshakeOf(socket) };
  }
}

function handshakeOf(socket: Socket): { serverName?: string; client?: string } {
  if (!(socket instanceof TLSSocket)) return {};
  const client = socket.getPeerCertificate().subject?.CN;
  return { serverName: socket.servername || '', ...(typeof client === 'string' && { client }) };
}

async function lengthOf(request: IncomingMessage): Promise<number> {
  let bytes = 0;
  try {
    for await (const chunk of request) bytes += (chunk as Buffer).length;
  } catch {
    // The proxy gave up.
  }
  return bytes;
}
