import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Logger, MirrorDestination } from '@sluice/core';

/** Copies under way at a time; more are not sent. */
const MOST_COPIES = 512;
/** What may wait for a slow target, of one copy. */
const MOST_WAITING_BYTES = 262_144;
/** Without any progress for this long a copy is given up. */
const IDLE_MS = 10_000;
/** How long a copy may take at all. */
const LIFE_MS = 60_000;
/** Failures are logged this often at most. */
const LOG_EVERY_MS = 1000;

/** Copies of requests: sent on the side, on connections of their own, within fixed memory. Nobody ever waits for one. */
export class Mirrors {
  readonly #logger: Logger;
  readonly #open = new Set<MirrorCopy>();
  #loggedMs = -Infinity;
  #unlogged = 0;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Begins a copy with the head of its request. Undefined when there are too many already. */
  begin(to: MirrorDestination, head: string): MirrorCopy | undefined {
    const name = `${to.hostname}:${to.port}`;
    if (this.#open.size >= MOST_COPIES) {
      this.#failed(name, 'too many copies are under way');
      return undefined;
    }
    const copy = new MirrorCopy(to, head, (problem) => {
      this.#open.delete(copy);
      if (problem !== undefined) this.#failed(name, problem);
    });
    this.#open.add(copy);
    return copy;
  }

  close(): void {
    for (const copy of this.#open) copy.cut();
  }

  #failed(target: string, problem: string): void {
    const nowMs = performance.now();
    if (nowMs - this.#loggedMs < LOG_EVERY_MS) {
      this.#unlogged++;
      return;
    }
    this.#logger.warn('a copy of a request was not sent', { target, problem, alsoUnsent: this.#unlogged });
    this.#loggedMs = nowMs;
    this.#unlogged = 0;
  }
}

/** One copy under way. Certificates of targets are not verified, as in ingress-nginx. */
export class MirrorCopy {
  readonly #socket: Socket;
  readonly #life: NodeJS.Timeout;
  #over = false;

  /** `onOver` gets what went wrong, if anything did; called once. */
  constructor({ secure, hostname, port }: MirrorDestination, head: string, onOver: (problem: string | undefined) => void) {
    const servername = /^[\d.]+$|:/.test(hostname) ? '' : hostname;
    this.#socket = secure
      ? connectTls({ host: hostname, port, servername, rejectUnauthorized: false })
      : connect({ host: hostname, port, noDelay: true });
    let problem: string | undefined;
    this.#life = setTimeout(() => this.#socket.destroy(new Error('it took too long')), LIFE_MS);
    this.#life.unref();
    this.#socket.setTimeout(IDLE_MS, () => this.#socket.destroy(new Error('nothing moved')));
    this.#socket.on('error', (error) => (problem = error.message));
    this.#socket.once('close', () => {
      this.#over = true;
      clearTimeout(this.#life);
      onOver(problem);
    });
    this.#socket.resume();
    this.#socket.write(head, 'latin1');
  }

  /** A part of the body, framed as the client has framed it. */
  send(bytes: Buffer, start: number, end: number): void {
    if (this.#over || start === end) return;
    if (this.#socket.writableLength > MOST_WAITING_BYTES) this.#socket.destroy(new Error('it takes its body too slowly'));
    else this.#socket.write(Buffer.from(bytes.subarray(start, end)));
  }

  /** The rest does not come. */
  cut(): void {
    if (!this.#over) this.#socket.destroy();
  }
}
