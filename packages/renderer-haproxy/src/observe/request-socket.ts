import { chmodSync, chownSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { reachableSocket } from '@sluice/core';
import type { WorkerUser } from '@sluice/core';

/**
 * Where HAProxy sends what it writes down of requests: it keeps the lines in memory until they are taken, and connects again by itself. A file would
 * lose some: threads that write at the same moment give up on it.
 */
export class RequestSocket {
  readonly #path: string;
  readonly #user: WorkerUser | undefined;
  readonly #take: (lines: readonly string[]) => void;
  readonly #connections = new Set<Socket>();
  #server: Server | undefined;

  /** `take` gets whole lines, as binary strings. Workers, when they are another user, may connect. */
  constructor(path: string, user: WorkerUser | undefined, take: (lines: readonly string[]) => void) {
    this.#path = path;
    this.#user = user;
    this.#take = take;
  }

  /** Rejects with the error of the system. */
  async start(): Promise<void> {
    rmSync(this.#path, { force: true });
    const server = createServer((connection) => this.#serve(connection));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(reachableSocket(this.#path), resolve);
    });
    server.unref();
    this.#server = server;
    if (this.#user !== undefined) chownSync(this.#path, process.getuid?.() ?? 0, this.#user.gid);
    chmodSync(this.#path, this.#user === undefined ? 0o600 : 0o660);
  }

  stop(): void {
    this.#server?.close();
    this.#server = undefined;
    for (const connection of this.#connections) connection.destroy();
  }

  #serve(connection: Socket): void {
    let rest = '';
    this.#connections.add(connection);
    connection.unref();
    connection.setEncoding('latin1');
    connection.on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      if (lines.length > 0) this.#take(lines);
    });
    // HAProxy goes on by itself: nobody has to be told that it went away.
    connection.on('error', () => connection.destroy());
    connection.on('close', () => this.#connections.delete(connection));
  }
}
