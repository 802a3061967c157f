import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { once } from 'node:events';
import { certificateFor } from '../certificates.ts';
import { occupyPort, portOf } from '../socket-port.ts';
import { EchoBackend } from './echo-backend.ts';
import type { EchoedRequest } from './echo-backend.ts';

/** Where something listens, or nothing does. */
export interface Place {
  readonly address: string;
  readonly port: number;
}

/**
 * What the Services of a file can have as endpoints: `a`, `b`, `c` echo; `secure` echoes over TLS; `closing` takes a request and closes
 * the connection; `refusing` is a port on which nobody listens.
 */
export class Backends {
  readonly places: ReadonlyMap<string, Place>;
  readonly #echoes: readonly EchoBackend[];
  readonly #closing: ClosingBackend;

  private constructor(echoes: readonly EchoBackend[], closing: ClosingBackend, refusing: number) {
    this.#echoes = echoes;
    this.#closing = closing;
    this.places = new Map<string, Place>([
      ...echoes.map((echo) => [echo.name, echo] as const),
      ['closing', { address: '127.0.0.1', port: closing.port }],
      ['refusing', { address: '127.0.0.1', port: refusing }],
    ]);
  }

  static async start(): Promise<Backends> {
    const addresses = { a: '127.0.0.2', b: '127.0.0.3', c: '127.0.0.4', secure: '127.0.0.5' };
    const tls = await certificateFor('secure.test');
    const echoes = Object.entries(addresses).map(([name, address]) =>
      EchoBackend.start({ name, address, ...(name === 'secure' && { tls }) }),
    );
    const refusing = await occupyPort();
    await refusing.release();
    return new Backends(await Promise.all(echoes), await ClosingBackend.start(), refusing.port);
  }

  /** Every request that arrived since the last call, by backend and oldest first. */
  takeReceived(): readonly EchoedRequest[] {
    return [...this.#echoes.flatMap(({ received }) => received.splice(0)), ...this.#closing.take()];
  }

  async close(): Promise<void> {
    await Promise.all([...this.#echoes.map((echo) => echo.close()), this.#closing.close()]);
  }
}

/** Counts the connections on which bytes arrive and closes them. */
class ClosingBackend {
  readonly #server: Server = createServer((socket) => this.#receive(socket));
  #count = 0;

  static async start(): Promise<ClosingBackend> {
    const closing = new ClosingBackend();
    closing.#server.listen(0, '127.0.0.1');
    await once(closing.#server, 'listening');
    return closing;
  }

  get port(): number {
    return portOf(this.#server);
  }

  take(): readonly EchoedRequest[] {
    const count = this.#count;
    this.#count = 0;
    return Array.from({ length: count }, () => ({ backend: 'closing', method: '', uri: '', http: '', headers: [], bytes: 0 }));
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }

  #receive(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    socket.once('data', () => {
      this.#count += 1;
      socket.destroy();
    });
  }
}
