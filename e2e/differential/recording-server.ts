import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { TLSSocket } from 'node:tls';
import { portOf } from '../socket-port.ts';

/** A request as it has reached a server. All strings hold one char per byte. */
export interface ReceivedRequest {
  readonly server: string;
  readonly method: string;
  readonly target: string;
  readonly http: string;
  /** Names and values in the order of arrival. */
  readonly headers: readonly (readonly [string, string])[];
  /** Length and digest of the body; undefined when it did not arrive whole. */
  readonly body: string | undefined;
  /** Name asked for in the handshake. */
  readonly serverName?: string;
}

/** What a server answers. */
export interface GivenAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

export interface RecordingOptions {
  readonly name: string;
  readonly address?: string;
  /** Present for a server that speaks TLS. */
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly answer: (request: ReceivedRequest) => GivenAnswer;
}

/** Takes down every request, under the value of a header that says which one it belongs to. */
export class RecordingServer {
  readonly name: string;
  readonly address: string;
  readonly #server: Server;
  readonly #answer: RecordingOptions['answer'];
  readonly #received = new Map<string, ReceivedRequest[]>();
  readonly #label: string;

  private constructor({ name, address = '127.0.0.1', tls, answer }: RecordingOptions, label: string) {
    this.name = name;
    this.address = address;
    this.#answer = answer;
    this.#label = label.toLowerCase();
    const receive = (request: IncomingMessage, response: ServerResponse): void => void this.#receive(request, response);
    const options = { keepAliveTimeout: 120_000 };
    this.#server = tls === undefined ? createServer(options, receive) : createTlsServer({ ...options, ...tls }, receive);
    this.#server.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'));
  }

  /** Listens on a port of the system's choice. `label` is the name of the header. */
  static async start(options: RecordingOptions, label: string): Promise<RecordingServer> {
    const server = new RecordingServer(options, label);
    server.#server.listen(0, server.address);
    await once(server.#server, 'listening');
    return server;
  }

  get port(): number {
    return portOf(this.#server);
  }

  /** What arrived under the label; forgotten then. */
  take(label: string): readonly ReceivedRequest[] {
    const received = this.#received.get(label) ?? [];
    this.#received.delete(label);
    return received;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const list = this.#listOf(request);
    const at = list.push(this.#record(request, undefined)) - 1;
    const body = await bodyOf(request);
    const received = this.#record(request, body);
    list[at] = received;
    if (response.destroyed) return;
    const { status, headers, body: text } = this.#answer(received);
    response.writeHead(status, [...headers, ['Content-Length', String(text.length)] as const].flat());
    response.end(request.method === 'HEAD' ? '' : text, 'latin1');
  }

  #listOf(request: IncomingMessage): ReceivedRequest[] {
    const label = String(request.headers[this.#label] ?? '');
    const list = this.#received.get(label) ?? [];
    this.#received.set(label, list);
    return list;
  }

  #record({ method = '', url = '', httpVersion, rawHeaders, socket }: IncomingMessage, body: string | undefined): ReceivedRequest {
    const headers = rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ''] as const] : []));
    const serverName = socket instanceof TLSSocket ? { serverName: socket.servername || '' } : {};
    return { server: this.name, method, target: url, http: httpVersion, headers, body, ...serverName };
  }
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const digest = createHash('sha256');
  let length = 0;
  try {
    for await (const chunk of request) {
      digest.update(chunk as Buffer);
      length += (chunk as Buffer).length;
    }
  } catch {
    // The proxy gave up.
    return undefined;
  }
  return length === 0 ? 'none' : `${length} bytes ${digest.digest('hex').slice(0, 12)}`;
}
