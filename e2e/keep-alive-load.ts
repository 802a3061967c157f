import { once } from 'node:events';
import { Agent, request } from 'node:http';
import type { IncomingMessage, RequestOptions } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** What clients do otherwise than to ask as fast as they can on connections that they keep. */
export interface ClientHabits {
  /** Between an answer and the next request. */
  readonly thinkMs?: number;
  /** With TLS; certificates are not verified. */
  readonly secure?: boolean;
  /** Another connection for each request. */
  readonly fresh?: boolean;
}

/** Clients that send one request after the other on connections that they keep, until they are stopped. */
export class KeepAliveLoad {
  readonly #agent: Agent;
  readonly #secure: boolean;
  readonly #port: number;
  readonly #host: string;
  readonly #thinkMs: number;
  readonly #clients: readonly Promise<void>[];
  /** When a connection that is kept had its last answer. */
  readonly #answeredAt = new WeakMap<Socket, number>();
  #stopped = false;
  answered = 0;
  /** The longest time that an answer took. */
  slowestMs = 0;
  /** What went wrong; any status but 200 counts. */
  readonly failures: string[] = [];
  /** The local ports of the connections that were used. */
  readonly connections = new Set<number>();

  constructor(port: number, host: string, clients: number, { thinkMs = 0, secure = false, fresh = false }: ClientHabits = {}) {
    const options = { keepAlive: !fresh, maxSockets: clients };
    this.#agent = secure ? new SecureAgent({ ...options, rejectUnauthorized: false, maxCachedSessions: 0 }) : new Agent(options);
    this.#secure = secure;
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
      const from = performance.now();
      try {
        const status = await this.#ask();
        this.slowestMs = Math.max(this.slowestMs, performance.now() - from);
        if (status === 200) this.answered++;
        else this.failures.push(`status ${status}`);
      } catch (error) {
        this.failures.push(String(error));
      }
      if (this.#thinkMs > 0) await pause(this.#thinkMs * (0.8 + 0.4 * Math.random()));
    }
  }

  async #ask(): Promise<number> {
    const target = { host: '127.0.0.1', port: this.#port, headers: { host: this.#host }, agent: this.#agent, path: '/load' };
    const sent = this.#secure ? secureRequest({ ...target, servername: this.#host } as RequestOptions) : request(target);
    let silentMs: number | undefined;
    sent.once('socket', (socket) => {
      const before = this.#answeredAt.get(socket);
      silentMs = before === undefined ? undefined : Math.round(performance.now() - before);
      if (socket.localPort !== undefined) this.connections.add(socket.localPort);
      else socket.once('connect', () => this.connections.add(socket.localPort ?? 0));
    });
    const response = once(sent, 'response') as Promise<[IncomingMessage]>;
    sent.end();
    try {
      const [message] = await response;
      this.#answeredAt.set(message.socket, performance.now());
      await message.resume().toArray();
      return message.statusCode ?? 0;
    } catch (error) {
      const connection = silentMs === undefined ? 'a new connection' : `a connection that was silent for ${silentMs} ms`;
      throw new Error(`${String(error)} on ${connection}`, { cause: error });
    }
  }
}
