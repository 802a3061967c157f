import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import type { Endpoint } from '@sluice/core';
import { lookupEndpoint } from '../endpoint-address.ts';
import type { StreamOptions } from './stream-options.ts';

export interface SessionParts {
  readonly endpoint: Endpoint;
  readonly options: Pick<StreamOptions, 'idleMs' | 'responses'>;
  /** Sends a datagram to the client. */
  readonly answer: (datagram: Buffer) => void;
  readonly over: () => void;
}

/** Datagrams that wait for the address of an endpoint to be known. */
const MOST_WAITING = 16;

/** What a client sends to one endpoint, and the answers. It is over when all answers have come, after a silence, or when the endpoint is not there. */
export class UdpSession {
  readonly #parts: SessionParts;
  readonly #waiting: Buffer[] = [];
  readonly #timer: NodeJS.Timeout;
  #socket: Socket | undefined;
  #connected = false;
  #requests = 0;
  #answers = 0;
  #over = false;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.#timer = setTimeout(() => this.close(), parts.options.idleMs);
    const { endpoint } = parts;
    if (endpoint.kind === 'address') this.#open(endpoint.address, endpoint.port);
    else
      lookupEndpoint(endpoint.name, {}, (error, address) => {
        if (error !== null || typeof address !== 'string') this.close();
        else this.#open(address, endpoint.port);
      });
  }

  send(datagram: Buffer): void {
    this.#requests++;
    this.#timer.refresh();
    if (this.#connected) this.#socket?.send(datagram);
    else if (this.#waiting.length < MOST_WAITING) this.#waiting.push(datagram);
  }

  close(): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    this.#socket?.close();
    this.#parts.over();
  }

  #open(address: string, port: number): void {
    if (this.#over) return;
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    this.#socket = socket;
    socket.on('error', () => this.close()).on('message', (datagram) => this.#answered(datagram));
    socket.connect(port, address, () => {
      this.#connected = true;
      for (const datagram of this.#waiting.splice(0)) socket.send(datagram);
    });
  }

  #answered(datagram: Buffer): void {
    if (this.#over) return;
    this.#answers++;
    this.#timer.refresh();
    this.#parts.answer(datagram);
    const { responses } = this.#parts.options;
    if (responses > 0 && this.#answers >= responses * this.#requests) this.close();
  }
}
