import { messageOf } from '@sluice/core';
import type { ForwardVerdict, Upstream } from '@sluice/core';
import type { Peers } from './balancer.ts';
import type { Exchange } from './exchange.ts';
import type { RequestHead } from './request-head.ts';
import { writeRequestHead } from './request-writer.ts';
import { ResponseRelay } from './response-relay.ts';
import { Tunnel } from './tunnel.ts';
import type { UpstreamConnection, UpstreamUser } from './upstream-connection.ts';

/** As ingress-nginx: proxy-next-upstream-tries. */
const MAX_TRIES = 3;
/** A request with a longer body is not kept to be sent again. */
const HELD_BODY_BYTES = 16_384;

const CONTINUE = Buffer.from('HTTP/1.1 100 Continue\r\n\r\n');

/** A part of the buffer that the request was read into. */
interface Part {
  readonly start: number;
  readonly end: number;
}

/** The upstream side of an exchange: picks an endpoint, sends the request, tries again when that is safe. */
export class Forwarder implements UpstreamUser {
  readonly #exchange: Exchange;
  readonly #relay: ResponseRelay;
  #connection: UpstreamConnection | undefined;
  #peers: Peers | undefined;
  #position = 0;
  #tries = 0;
  #headBytes = 0;
  /** Everything sent so far is still in `request` of the connection. */
  #replayable = false;
  /** An upstream was asked for a page: the body of the request goes nowhere. */
  #asking = false;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
    this.#relay = new ResponseRelay(exchange, this);
  }

  /** Forgets the last exchange. */
  reset(): void {
    this.#asking = false;
    this.#relay.reset();
  }

  /** Sends a request without a body, and its answer to the client. What was begun before has been let go of. */
  ask(upstream: Upstream, head: string): void {
    const { facts, client, context } = this.#exchange;
    this.#asking = true;
    this.#relay.reset();
    this.#peers = context.balancer.peersOf(upstream);
    this.#position = this.#peers.turn();
    this.#tries = 0;
    this.#replayable = true;
    facts.route = upstream.id;
    client.unblock();
    const connection = this.#connect(true);
    if (connection === undefined) {
      this.#exchange.answer(502);
      return;
    }
    connection.request.clear();
    connection.request.reserve(head.length);
    connection.request.text(head);
    this.#use(connection);
  }

  /** Takes no more from the upstream; `clean`: nothing of its answer is missing. */
  letGo(clean: boolean): void {
    const connection = this.#connection;
    this.#connection = undefined;
    if (clean && this.#exchange.body.done) connection?.pool.release(connection);
    else connection?.discard();
  }

  /** Sends head and the body bytes that came with it. */
  start({ upstream, rewritten, requestEdits: edits }: ForwardVerdict, bytes: Buffer, head: RequestHead, body: Part): void {
    const { facts, client, context, requestEdits } = this.#exchange;
    this.#peers = context.balancer.peersOf(upstream);
    this.#position = this.#peers.turn();
    this.#tries = 0;
    this.#replayable = true;
    facts.route = upstream.id;
    const connection = this.#connect(true);
    if (connection === undefined) {
      this.#exchange.answer(502);
      return;
    }
    writeRequestHead(connection.request, { bytes, head, rewritten }, client.identity, facts.requestId);
    requestEdits.take(edits);
    if (!requestEdits.empty) requestEdits.applyToWriter(connection.request, 0);
    this.#headBytes = connection.request.length;
    this.#hold(connection, bytes, body);
    if (facts.expectContinue && !this.#exchange.body.done && body.end === body.start) client.wire.write(CONTINUE);
    this.#use(connection);
  }

  /** Sends more of the request body. */
  send(bytes: Buffer, start: number, end: number): void {
    const connection = this.#connection;
    if (connection === undefined || start === end || this.#asking) return;
    const at = connection.request.length;
    const small = at - this.#headBytes + end - start <= HELD_BODY_BYTES;
    if (this.#replayable && (small || !connection.connected)) {
      this.#hold(connection, bytes, { start, end });
      this.#write(connection, connection.request.view(at));
    } else {
      this.#replayable = false;
      this.#write(connection, Buffer.from(bytes.subarray(start, end)));
    }
  }

  /** Lets go of the upstream. False when the client has already got a part of the response. */
  abandon(): boolean {
    this.#connection?.discard();
    this.#connection = undefined;
    return !this.#relay.headSent;
  }

  /** After the whole response has left: keeps the connection for others when it is clean. */
  release(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    if (connection === undefined) return;
    if (this.#relay.reusable && this.#exchange.body.done) connection.pool.release(connection);
    else connection.discard();
  }

  /** The upstream did not do in time what it was to do. */
  timedOut(connecting: boolean): void {
    this.#failed(504, connecting);
  }

  /** What the upstream sent is not HTTP. */
  garbage(): void {
    this.#failed(502, false);
  }

  /** The client has taken what it was sent. */
  clientFlushed(): void {
    this.#connection?.wire.resume();
    this.#exchange.await('upstream-read');
  }

  /** The client does not take more for now. */
  pauseUpstream(): void {
    this.#connection?.wire.pause();
    this.#exchange.await('client-write');
  }

  /** The upstream agreed to switch protocols; `bytes` came after its head. */
  openTunnel(bytes: Buffer, start: number, end: number): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    this.#connection = undefined;
    const tunnel = new Tunnel(this.#exchange, connection);
    connection.use(tunnel);
    if (start < end) tunnel.upstreamBytes(bytes, start, end);
    this.#exchange.switchTo(tunnel);
  }

  upstreamConnected(): void {
    this.#awaitUpstream();
  }

  upstreamBytes(bytes: Buffer, start: number, end: number): void {
    this.#relay.receive(bytes, start, end);
  }

  upstreamEnded(): void {
    if (this.#relay.complete) return;
    if (!this.#relay.endOfInput()) this.#failed(502, false);
  }

  upstreamFlushed(): void {
    this.#exchange.client.unblock();
    this.#awaitUpstream();
  }

  upstreamGone(): void {
    if (this.#relay.complete) this.#connection = undefined;
    else this.#failed(502, this.#connection?.connected === false);
  }

  upstreamFault(error: unknown): void {
    this.#connection = undefined;
    this.#exchange.client.onFault(error);
  }

  #use(connection: UpstreamConnection): void {
    this.#connection = connection;
    connection.use(this);
    this.#exchange.await('connect');
    this.#write(connection, connection.request.view());
  }

  #write(connection: UpstreamConnection, bytes: Buffer): void {
    if (connection.wire.write(bytes)) {
      this.#awaitUpstream();
      return;
    }
    if (!this.#exchange.body.done) this.#exchange.client.block();
    if (connection.connected) this.#exchange.await('upstream-write');
  }

  #awaitUpstream(): void {
    this.#exchange.await(this.#asking || this.#exchange.body.done ? 'upstream-read' : 'request-body');
  }

  #hold(connection: UpstreamConnection, bytes: Buffer, part: Part): void {
    connection.request.reserve(part.end - part.start);
    connection.request.slice(bytes, part.start, part.end);
  }

  /**
   * Tries the next endpoint, as nginx with `proxy_next_upstream error timeout`: whatever the method when the request never
   * left, else only when it may be sent twice (RFC 9110 section 9.2.2) and the connection was closed before a byte of an
   * answer, or the head of the answer did not come in time.
   */
  #failed(status: number, connecting: boolean): void {
    const connection = this.#connection;
    this.#connection = undefined;
    if (connection === undefined) return;
    connection.discard();
    if (this.#relay.headSent) {
      this.#exchange.cut();
      return;
    }
    const again = connecting || ((this.#asking || this.#exchange.facts.idempotent) && (status === 504 || !connection.answered));
    if (again && this.#replayable && this.#tries < MAX_TRIES) this.#tryNext(connection);
    else this.#exchange.answer(status);
  }

  #tryNext(failed: UpstreamConnection): void {
    const next = this.#connect(false);
    if (next === undefined) {
      this.#exchange.answer(502);
      return;
    }
    this.#relay.reset();
    next.request = failed.request;
    this.#use(next);
  }

  /** A connection to the endpoint whose turn it is, or to the next one that can be connected to at all. */
  #connect(reuse: boolean): UpstreamConnection | undefined {
    while (this.#peers !== undefined && this.#tries < MAX_TRIES) {
      this.#tries++;
      try {
        const pool = this.#peers.pool(this.#position++);
        this.#exchange.facts.upstream = pool.name;
        return reuse ? pool.take() : pool.open();
      } catch (error) {
        const { upstream, route } = this.#exchange.facts;
        this.#exchange.context.logger.error('an endpoint cannot be connected to', { error: messageOf(error), upstream, route });
      }
    }
    return undefined;
  }
}
