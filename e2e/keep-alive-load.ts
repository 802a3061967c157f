import { Agent, request } from 'node:http';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

/** Clients that send one request after the other on connections that they keep, until they are stopped. */
export class KeepAliveLoad {
  readonly #agent: Agent;
  readonly #port: number;
  readonly #host: string;
  readonly #thinkMs: number;
  readonly #clients: readonly Promise<void>[];
  #stopped = false;
  answered = 0;
  /** What went wrong; any status but 200 counts. */
  readonly failures: string[] = [];
  /** The local ports of the connections that were used. */
  readonly connections = new Set<number>();

  /** `thinkMs`: between an answer and the next request of a client. */
  constructor(port: number, host: string, clients: number, thinkMs = 0) {
    this.#agent = new Agent({ keepAlive: true, maxSockets: clients });
    this.#port = port;
    this.#host = host;
    this.#thinkMs = thinkMs;
    this.#clients = Array.from({ length: clients }, () => this.#run());
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#clients);
    this.#agent.destroy();
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      try {
        const status = await this.#ask();
        if (status === 200) this.answered++;
        else this.failures.push(`status ${status}`);
      } catch (error) {
        this.failures.push(String(error));
      }
      if (this.#thinkMs > 0) await pause(this.#thinkMs * (0.8 + 0.4 * Math.random()));
    }
  }

  async #ask(): Promise<number> {
    const sent = request({ host: '127.0.0.1', port: this.#port, headers: { host: this.#host }, agent: this.#agent, path: '/load' });
    sent.once('socket', (socket) => {
      if (socket.localPort !== undefined) this.connections.add(socket.localPort);
      else socket.once('connect', () => this.connections.add(socket.localPort ?? 0));
    });
    const response = once(sent, 'response') as Promise<[IncomingMessage]>;
    sent.end();
    const [message] = await response;
    await message.resume().toArray();
    return message.statusCode ?? 0;
  }
}
