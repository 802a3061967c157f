import { createSocket } from 'node:dgram';
import type { Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { portOf } from './socket-port.ts';

/** A TCP server that sends back what it gets, and its name when the client has said everything. It tells PROXY headers apart. */
export class EchoingServer {
  readonly name: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Lines of the PROXY protocol with which connections began. */
  readonly headers: string[] = [];

  private constructor(name: string, proxied: boolean) {
    this.name = name;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#serve(socket, proxied));
  }

  static async start(name: string, proxied = false): Promise<EchoingServer> {
    const server = new EchoingServer(name, proxied);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get port(): number {
    return portOf(this.#server);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }

  #serve(socket: Socket, proxied: boolean): void {
    this.#sockets.add(socket);
    let isHeader = proxied;
    socket.on('error', () => socket.destroy()).on('close', () => this.#sockets.delete(socket));
    socket.on('data', (chunk: Buffer) => {
      const end = isHeader ? chunk.indexOf('\n') + 1 : 0;
      if (isHeader) this.headers.push(chunk.toString('latin1', 0, end).trimEnd());
      isHeader = false;
      if (socket.write(chunk.subarray(end))) return;
      socket.pause();
      socket.once('drain', () => socket.resume());
    });
    socket.on('end', () => socket.end(`|${this.name}`));
  }
}

/** A UDP server that answers each datagram with its name before it. */
export class EchoingDatagrams {
  readonly #socket: DatagramSocket;

  private constructor(socket: DatagramSocket) {
    this.#socket = socket;
  }

  static async start(name: string): Promise<EchoingDatagrams> {
    const socket = createSocket('udp4');
    socket.on('message', (datagram, { port, address }) => socket.send(`${name}:${datagram.toString()}`, port, address));
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new EchoingDatagrams(socket);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  async close(): Promise<void> {
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
  }
}

/** Sends a text, ends its side, and resolves with everything that comes back until the other side has ended as well. */
export async function exchange(port: number, text: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const parts: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => parts.push(chunk));
  socket.end(text);
  await once(socket, 'end');
  socket.destroy();
  return Buffer.concat(parts).toString();
}

/** A connection that stays open, with one question at a time. */
export class OpenConnection {
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  static async to(port: number): Promise<OpenConnection> {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => socket.destroy());
    await once(socket, 'connect');
    return new OpenConnection(socket);
  }

  /** Sends a text and resolves with the first bytes that come back. */
  async ask(text: string): Promise<string> {
    const answer = once(this.#socket, 'data');
    this.#socket.write(text);
    return String(((await answer) as [Buffer])[0]);
  }

  /** Ends its side and resolves with the rest. */
  async end(): Promise<string> {
    const parts: Buffer[] = [];
    this.#socket.on('data', (chunk: Buffer) => parts.push(chunk));
    this.#socket.end();
    await once(this.#socket, 'end');
    return Buffer.concat(parts).toString();
  }
}

/** Sends a datagram until it is answered. */
export async function askByDatagram(port: number, text: string, patienceMs = 5000): Promise<string> {
  const socket = createSocket('udp4');
  socket.on('error', () => undefined);
  const send = (): void => socket.send(text, port, '127.0.0.1');
  const again = setInterval(send, 200);
  send();
  try {
    const [answer] = (await once(socket, 'message', { signal: AbortSignal.timeout(patienceMs) })) as [Buffer];
    return answer.toString();
  } finally {
    clearInterval(again);
    socket.close();
  }
}
