import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** A client that sends exactly the bytes it is told to, and collects what comes back as a binary string. */
export class RawClient {
  readonly socket: Socket;
  received = '';
  ended = false;
  closed = false;
  #waiting: (() => void)[] = [];

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (bytes: Buffer) => {
      this.received += bytes.toString('latin1');
      this.#wake();
    });
    socket.on('end', () => {
      this.ended = true;
      this.#wake();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.closed = true;
      this.ended = true;
      this.#wake();
    });
  }

  static to(port: number): RawClient {
    return new RawClient(connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true }));
  }

  send(text: string): void {
    this.socket.write(Buffer.from(text, 'latin1'));
  }

  /** Resolves when the collected bytes satisfy the test; rejects when the server ends before. */
  async until(test: RegExp | ((received: string) => boolean)): Promise<string> {
    const satisfied = (): boolean => (typeof test === 'function' ? test(this.received) : test.test(this.received));
    while (!satisfied()) {
      if (this.ended) throw new Error(`the server ended after ${JSON.stringify(this.received.slice(0, 2000))}`);
      await this.#change();
    }
    return this.received;
  }

  /** Resolves with everything when the server has ended. */
  async end(): Promise<string> {
    while (!this.ended) await this.#change();
    this.socket.destroy();
    return this.received;
  }

  /** Forgets what was collected. */
  clear(): void {
    this.received = '';
  }

  destroy(): void {
    this.socket.destroy();
  }

  async #change(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    await promise;
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** Sends bytes on a connection of their own and collects the answer until the server ends. */
export async function exchange(port: number, request: string): Promise<string> {
  const client = RawClient.to(port);
  client.send(request);
  return client.end();
}
