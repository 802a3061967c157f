import type { Socket } from 'node:net';

/** Who is told what happens on a wire. Called from the event loop only, except `onBytes`, which `Wire.received` calls. */
export interface WireOwner {
  /** Bytes have come; they are the owner's only until it returns, the buffer is then read into again. */
  onBytes(bytes: Buffer, start: number, end: number): void;
  /** The peer sends nothing more. */
  onEnd(): void;
  /** After a `write` that returned false: everything written has left. */
  onFlushed(): void;
  /** The socket is gone, whoever closed it. Called once. */
  onGone(): void;
  /** One of the others threw, which is a mistake of this program: says so in the log and closes the socket. Must not throw. */
  onFault(error: unknown): void;
}

/** Encrypted bytes that may wait in the queue of a TLS socket before its writer is asked to wait. */
const TLS_QUEUE_BYTES = 131_072;

const NOTHING = Buffer.alloc(0);

const ended = (owner: WireOwner): void => owner.onEnd();
const flushed = (owner: WireOwner): void => owner.onFlushed();
const gone = (owner: WireOwner): void => owner.onGone();

/**
 * One socket with the semantics that a proxy needs: `write` says at once whether the bytes have left, so that buffers
 * can be reused without copies and without waiting for callbacks.
 */
export class Wire {
  readonly socket: Socket;
  readonly #encrypted: boolean;
  #owner: WireOwner | undefined;
  #paused = false;
  #awaitingFlush = false;
  #ended = false;
  /** The code of the last error of the socket (`ECONNREFUSED`), empty while there was none. */
  errorCode = '';

  constructor(socket: Socket, encrypted: boolean) {
    this.socket = socket;
    this.#encrypted = encrypted;
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.errorCode = error.code ?? error.name;
    });
    socket.on('end', () => this.#tell(ended));
    socket.on('close', () => {
      this.#tell(gone);
      this.#owner = undefined;
    });
  }

  /** Sets who is told from now on. */
  attach(owner: WireOwner): void {
    this.#owner = owner;
  }

  /** For the read callback of the socket; false asks it to stop reading. */
  received(bytes: Buffer, start: number, end: number): boolean {
    try {
      this.#owner?.onBytes(bytes, start, end);
    } catch (error) {
      this.#owner?.onFault(error);
    }
    return !this.#paused;
  }

  /** An exception would otherwise end the process, and with it all other connections. */
  #tell(what: (owner: WireOwner) => void): void {
    const owner = this.#owner;
    if (owner === undefined) return;
    try {
      what(owner);
    } catch (error) {
      owner.onFault(error);
    }
  }

  /**
   * Sends bytes. True: they have left and the buffer is free. False: wait for `onFlushed` before writing more; until then
   * the buffer must not change (over TLS it is free at once, but the queue is long).
   */
  write(bytes: Buffer): boolean {
    const { socket } = this;
    if (socket.destroyed || this.#ended) return true;
    if (this.#encrypted) return this.#writeEncrypted(bytes);
    socket.write(bytes);
    if (socket.writableLength === 0) return true;
    this.#awaitFlush();
    return false;
  }

  /** A `write` returned false and `onFlushed` has not come yet. */
  get awaitingFlush(): boolean {
    return this.#awaitingFlush;
  }

  /** Bytes were written that have not left yet. */
  get flushing(): boolean {
    return this.socket.writableLength > 0;
  }

  /** A write to a TLS socket with an empty queue is encrypted before it returns; a queued one is kept by reference. */
  #writeEncrypted(bytes: Buffer): boolean {
    const { socket } = this;
    socket.write(socket.writableLength === 0 ? bytes : Buffer.from(bytes));
    if (socket.writableLength < TLS_QUEUE_BYTES) return true;
    this.#awaitFlush();
    return false;
  }

  /** An empty write queues behind the others: its callback is the public way to learn that they have left. */
  #awaitFlush(): void {
    if (this.#awaitingFlush) return;
    this.#awaitingFlush = true;
    this.socket.write(NOTHING, (error) => {
      this.#awaitingFlush = false;
      if (error !== null && error !== undefined) return;
      // Something was written behind the empty write: its buffer is still in use.
      if (this.socket.writableLength > 0) this.#awaitFlush();
      else this.#tell(flushed);
    });
  }

  /** Stops reading, so that the peer comes to wait. */
  pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.socket.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.socket.resume();
  }

  /** Sends what is queued, then tells the peer that nothing more comes; reading goes on. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.socket.end();
  }

  /** Sends what is queued, then closes both directions. */
  finish(): void {
    this.#ended = true;
    this.socket.destroySoon();
  }

  /** Closes at once; what is queued is lost. */
  destroy(): void {
    this.socket.destroy();
  }

  get destroyed(): boolean {
    return this.socket.destroyed;
  }
}
