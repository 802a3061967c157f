import { createSocket } from 'node:dgram';
import type { RemoteInfo, Socket } from 'node:dgram';
import type { StreamService } from '@sluice/core';
import type { StreamOptions } from './stream-options.ts';
import type { StreamPort } from './stream-port.ts';
import { StreamTurn } from './stream-turn.ts';
import { UdpSession } from './udp-session.ts';

/** Each session has a file open, and addresses of clients are easily invented: the one that was quiet for longest goes. */
const MOST_SESSIONS = 4096;

/** A port for UDP, with the sessions of its clients. */
export class UdpPort implements StreamPort {
  stream: StreamService;
  readonly #options: StreamOptions;
  readonly #turn = new StreamTurn();
  #sockets: readonly Socket[] = [];
  /** By address of the client and of the listener, the quietest first. */
  readonly #sessions = new Map<string, UdpSession>();

  constructor(stream: StreamService, options: StreamOptions) {
    this.stream = stream;
    this.#options = options;
  }

  async open(): Promise<void> {
    const opened: Socket[] = [];
    try {
      for (const host of this.#options.hosts) opened.push(await bound(host, this.stream.port));
    } catch (error) {
      for (const socket of opened) socket.close();
      throw error;
    }
    this.#sockets = opened;
    for (const socket of opened) {
      socket.on('message', (datagram, from) => this.#received(socket, datagram, from));
      socket.on('error', (error) => this.#options.logger.error('listener failed', { error: error.message }));
    }
  }

  /** Answers go out by the socket of the port: without it there are none. */
  leave(): void {
    this.cut();
    for (const socket of this.#sockets) socket.close();
    this.#sockets = [];
  }

  cut(): void {
    for (const session of this.#sessions.values()) session.close();
  }

  empty(): Promise<void> {
    return Promise.resolve();
  }

  get size(): number {
    return this.#sessions.size;
  }

  #received(socket: Socket, datagram: Buffer, { address, port }: RemoteInfo): void {
    const key = `${this.#sockets.indexOf(socket)} ${address} ${port}`;
    const known = this.#sessions.get(key);
    const session = known ?? this.#begin(key, (answer) => socket.send(answer, port, address, () => undefined));
    if (session === undefined) return;
    if (known !== undefined) {
      this.#sessions.delete(key);
      this.#sessions.set(key, known);
    }
    session.send(datagram);
  }

  #begin(key: string, answer: (datagram: Buffer) => void): UdpSession | undefined {
    const [endpoint] = this.#turn.order(this.stream.upstream.endpoints);
    if (endpoint === undefined) return undefined;
    const [quietest] = this.#sessions.values();
    if (this.#sessions.size >= MOST_SESSIONS) quietest?.close();
    const session: UdpSession = new UdpSession({
      endpoint,
      options: this.#options,
      answer: (datagram) => void (this.#sockets.length > 0 && answer(datagram)),
      over: () => void (this.#sessions.get(key) === session && this.#sessions.delete(key)),
    });
    this.#sessions.set(key, session);
    return session;
  }
}

/** All addresses are those of both families; a system without IPv6 has one. */
async function bound(host: string, port: number): Promise<Socket> {
  if (host !== '') return bind(host.includes(':') ? 'udp6' : 'udp4', host, port);
  try {
    return await bind('udp6', '::', port);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EAFNOSUPPORT')) throw error;
    return bind('udp4', '0.0.0.0', port);
  }
}

function bind(type: 'udp4' | 'udp6', address: string, port: number): Promise<Socket> {
  const socket = createSocket({ type });
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => {
      socket.close();
      reject(error);
    };
    socket.once('error', failed).bind({ address, port, exclusive: true }, () => {
      socket.off('error', failed);
      resolve(socket);
    });
  });
}
