import { once } from 'node:events';
import { WebSocket, WebSocketServer } from 'ws';
import { portOf } from './socket-port.ts';
import type { Server } from 'node:net';

/** A WebSocket upstream on 127.0.0.1 that sends back what it gets. */
export class EchoSockets {
  readonly #server: WebSocketServer;

  private constructor(server: WebSocketServer) {
    this.#server = server;
  }

  static async start(): Promise<EchoSockets> {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    server.on('connection', (socket) => socket.on('message', (data) => socket.send(data)));
    await once(server, 'listening');
    return new EchoSockets(server);
  }

  get port(): number {
    return portOf(this.#server as unknown as Server);
  }

  async close(): Promise<void> {
    for (const client of this.#server.clients) client.terminate();
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }
}

/** WebSockets that stay open, through a proxy. */
export class WebSocketClients {
  readonly #sockets: readonly WebSocket[];

  private constructor(sockets: readonly WebSocket[]) {
    this.#sockets = sockets;
  }

  static async open(port: number, host: string, count: number): Promise<WebSocketClients> {
    const sockets = Array.from({ length: count }, () => new WebSocket(`ws://127.0.0.1:${port}/`, { headers: { host } }));
    await Promise.all(sockets.map((socket) => once(socket, 'open')));
    return new WebSocketClients(sockets);
  }

  get open(): number {
    return this.#sockets.filter(({ readyState }) => readyState === WebSocket.OPEN).length;
  }

  /** Sends a text on each and counts those that come back. */
  async echoes(text: string): Promise<number> {
    const alive = this.#sockets.filter(({ readyState }) => readyState === WebSocket.OPEN);
    const answers = await Promise.allSettled(
      alive.map(async (socket) => {
        const answer = once(socket, 'message', { signal: AbortSignal.timeout(5000) });
        socket.send(text);
        return String((await answer)[0]);
      }),
    );
    return answers.filter((answer) => answer.status === 'fulfilled' && answer.value === text).length;
  }

  close(): void {
    for (const socket of this.#sockets) socket.terminate();
  }
}
