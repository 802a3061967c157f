import { messageOf } from '@sluice/core';
import type { ConnectionStates } from '@sluice/core';
import { CR, LF } from './byte-classes.ts';
import type { Deadlined } from './deadline-sweep.ts';
import { Exchange } from './exchange.ts';
import type { ExchangeClient } from './exchange-client.ts';
import { INCOMPLETE } from './line-scanner.ts';
import { HeldBytes } from './held-bytes.ts';
import { settingsOf } from './proxy-context.ts';
import type { ProxyContext } from './proxy-context.ts';
import { RequestHead } from './request-head.ts';
import type { ClientIdentity } from './request-writer.ts';
import type { Tunnel } from './tunnel.ts';
import type { Wire, WireOwner } from './wire.ts';

const MAX_HEAD_BYTES = 65_536;
/** How long a closing connection is read from, so that the last answer is not lost to a reset (nginx `lingering_timeout`). */
const LINGER_MS = 5000;
/** How long a connection without a first request waits for one when the server closes: the request may be under way. */
export const FIRST_REQUEST_MS = 1000;
/** Answer of `#step`: nothing more can be done with the bytes there are. */
const WAIT = -1;

/** Shared by all connections of the process: it is filled and used within one call. */
const head = new RequestHead();

/** One HTTP/1.x client connection: takes its bytes apart into requests and serves these one after the other. */
export class ClientConnection implements WireOwner, Deadlined, ExchangeClient {
  readonly wire: Wire;
  readonly identity: ClientIdentity;
  readonly secure: boolean;
  deadlineMs: number;
  readonly #context: ProxyContext;
  readonly #exchange: Exchange;
  readonly #onGone: (connection: ClientConnection) => void;
  readonly #held = new HeldBytes();
  #tunnel: Tunnel | undefined;
  #blocked = false;
  #closing = false;
  #busy = false;
  /** It is kept alive after an answer. */
  #kept = false;
  #lingerUntilMs = 0;

  constructor(
    wire: Wire,
    client: { readonly identity: ClientIdentity; readonly secure: boolean },
    context: ProxyContext,
    onGone: (connection: ClientConnection) => void,
  ) {
    this.wire = wire;
    this.identity = client.identity;
    this.secure = client.secure;
    this.#context = context;
    this.#onGone = onGone;
    this.#exchange = new Exchange(this, context);
    this.deadlineMs = performance.now() + context.timeouts.headerMs;
    context.sweep.add(this);
    wire.attach(this);
  }

  /** What is done with it now, as the numbers of nginx tell connections apart. */
  get state(): keyof ConnectionStates {
    if (this.#tunnel !== undefined || this.#exchange.active || this.#closing) return 'writing';
    return this.#held.length > 0 ? 'reading' : 'waiting';
  }

  onBytes(bytes: Buffer, start: number, end: number): void {
    if (this.#tunnel !== undefined) {
      this.#tunnel.clientBytes(bytes, start, end);
    } else if (this.#held.length > 0) {
      this.#held.append(bytes, start, end);
      // A head can only become complete, or turn out broken, with the end of a line: looking at it once for each line
      // keeps the cost of a head that comes byte by byte within bounds.
      if (this.#exchange.active || (this.#held.length < MAX_HEAD_BYTES && !bytes.subarray(start, end).includes(LF))) this.#syncReading();
      else this.#consume(this.#held.buffer, this.#held.start, this.#held.end);
    } else {
      this.#consume(bytes, start, end);
    }
  }

  onEnd(): void {
    if (this.#tunnel !== undefined) {
      this.#tunnel.clientEnded();
    } else if (!this.#closing) {
      this.#exchange.clientGone();
      this.wire.destroy();
    }
  }

  onFlushed(): void {
    if (this.#tunnel !== undefined) this.#tunnel.clientFlushed();
    else if (this.#exchange.active) this.#exchange.clientFlushed();
  }

  onGone(): void {
    this.#context.sweep.delete(this);
    this.#closing = true;
    this.#held.clear();
    try {
      if (this.#tunnel === undefined) this.#exchange.clientGone();
      else this.#tunnel.clientGone();
    } finally {
      this.#onGone(this);
    }
  }

  onFault(error: unknown): void {
    const { authority: host, target, requestId } = this.#exchange.facts;
    const client = this.identity.address;
    this.#context.logger.error('serving a connection failed', { error: messageOf(error), client, host, target, requestId });
    this.cut();
  }

  onDeadline(): void {
    this.deadlineMs = Infinity;
    if (this.#tunnel !== undefined) this.#tunnel.onDeadline();
    else if (this.#closing) this.#endLinger();
    else if (this.#exchange.active) this.#exchange.onDeadline();
    else if (this.#held.length > 0) this.#exchange.refuse(408);
    else if (this.#context.draining) this.close();
    else this.wire.destroy();
  }

  /**
   * The server is closing. A request that is being received or answered is the last one. An idle connection ends with the
   * next sweep, so that what is in the buffers of the system is read and answered; one without a request so far has longer.
   */
  drain(): void {
    if (this.#tunnel !== undefined) this.#tunnel.drain();
    else if (!this.#exchange.active && !this.#closing && this.#held.length === 0)
      this.deadlineMs = Math.min(this.deadlineMs, performance.now() + (this.#kept ? 0 : FIRST_REQUEST_MS));
  }

  block(): void {
    this.#blocked = true;
    this.#syncReading();
  }

  unblock(): void {
    if (!this.#blocked) return;
    this.#blocked = false;
    this.#syncReading();
  }

  ready(): void {
    const { draining, timeouts } = this.#context;
    this.#kept = true;
    this.deadlineMs = performance.now() + (draining ? 0 : timeouts.idleClientMs);
    // Within #consume the loop goes on by itself; calling it again would nest one call per pipelined request.
    if (this.#busy) return;
    if (this.#held.length > 0) this.#consume(this.#held.buffer, this.#held.start, this.#held.end);
    else this.#syncReading();
  }

  close(): void {
    this.#closing = true;
    this.#blocked = false;
    this.#held.clear();
    this.#lingerUntilMs = performance.now() + this.#context.timeouts.sendMs;
    this.deadlineMs = performance.now() + LINGER_MS;
    this.wire.end();
    this.#syncReading();
  }

  cut(): void {
    this.#closing = true;
    this.wire.destroy();
  }

  switchTo(tunnel: Tunnel): void {
    this.#tunnel = tunnel;
    const { buffer, start, end } = this.#held;
    this.#held.clear();
    this.wire.resume();
    if (start < end) tunnel.clientBytes(buffer, start, end);
  }

  /** Over TLS the end of the last answer may still be queued here for a slow client. */
  #endLinger(): void {
    const nowMs = performance.now();
    if (this.wire.flushing && nowMs < this.#lingerUntilMs) this.deadlineMs = nowMs + LINGER_MS;
    else this.wire.destroy();
  }

  #consume(bytes: Buffer, start: number, end: number): void {
    let at = start;
    this.#busy = true;
    while (at < end && !this.#closing) {
      const next = this.#step(bytes, at, end);
      if (next === WAIT) break;
      at = next;
    }
    this.#busy = false;
    if (at < end && !this.#closing) this.#held.keep(bytes, at, end);
    else this.#held.clear();
    this.#syncReading();
  }

  /** Deals with the next piece: returns the index after it, or WAIT. */
  #step(bytes: Buffer, at: number, end: number): number {
    if (this.#exchange.active) return this.#exchange.body.done ? WAIT : this.#exchange.takeBody(bytes, at, end);
    // Empty lines before a request are ignored (RFC 9112 section 2.2).
    if (bytes[at] === CR) {
      if (at + 1 === end) return WAIT;
      if (bytes[at + 1] === LF) return at + 2;
    }
    const after = this.#scan(bytes, at, end);
    if (after === INCOMPLETE) return this.#awaitRest(bytes, at, end);
    const refusal = after < 0 ? -after : this.#tooLong(bytes, at, after);
    if (refusal === 0) return this.#exchange.begin(bytes, head, after, end);
    this.#exchange.refuse(refusal);
    return end;
  }

  #scan(bytes: Buffer, at: number, end: number): number {
    head.names = settingsOf(this.#context).clientHeaders.names;
    return head.scan(bytes, at, end);
  }

  /** The status for a head that is longer than it may be; 0 where it is not. */
  #tooLong(bytes: Buffer, at: number, after: number): number {
    const { headerBuffers } = this.#context;
    if (after - at > MAX_HEAD_BYTES) return 431;
    if (headerBuffers === undefined) return 0;
    if (bytes.indexOf(LF, at) - at >= headerBuffers.bytes) return 414;
    return after - at > headerBuffers.count * headerBuffers.bytes || head.fields.longest() > headerBuffers.bytes ? 400 : 0;
  }

  #awaitRest(bytes: Buffer, at: number, end: number): number {
    if (end - at >= MAX_HEAD_BYTES) {
      this.#exchange.refuse(bytes.subarray(at, end).includes(LF) ? 431 : 414);
      return end;
    }
    if (this.#held.length === 0) this.deadlineMs = performance.now() + this.#context.timeouts.headerMs;
    return WAIT;
  }

  /** Reads unless the upstream is slow or another request is already waiting for its turn. */
  #syncReading(): void {
    const queued = this.#held.length > 0 && this.#exchange.active;
    if (!this.#closing && (this.#blocked || queued)) this.wire.pause();
    else this.wire.resume();
  }
}
