import type { ForwardVerdict, HeaderEdit, Rewritten, RoutedRequest, TryFailure, Upstream, Verdict } from '@sluice/core';
import type { Exchange } from './exchange.ts';
import type { ProxyTimeouts } from './proxy-context.ts';
import type { RequestHead } from './request-head.ts';
import type { HeaderEdits } from './header-edits.ts';
import { speakHttp10, writeRequestHead } from './request-writer.ts';
import { ResponseRelay } from './response-relay.ts';
import { Tries } from './tries.ts';
import { Tunnel } from './tunnel.ts';
import type { UpstreamConnection, UpstreamUser } from './upstream-connection.ts';

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
  readonly #tries: Tries;
  #connection: UpstreamConnection | undefined;
  #headBytes = 0;
  /** Everything sent so far is still in `request` of the connection. */
  #replayable = false;
  /** An upstream was asked for a page: the body of the request goes nowhere. */
  #asking = false;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
    this.#tries = new Tries(exchange);
    this.#relay = new ResponseRelay(exchange, this);
  }

  /** Forgets the last exchange. */
  reset(): void {
    this.#asking = false;
    this.#relay.reset();
    this.#tries.clear();
  }

  /** How long the upstream of this exchange may take. */
  get timeouts(): ProxyTimeouts {
    return this.#tries.timeouts;
  }

  /** Reads what decides about the endpoint, while the head of the request is there. */
  look(verdict: Verdict, request: RoutedRequest): void {
    this.#tries.look(verdict, request);
  }

  /** Sends a request without a body, and its answer to the client. What was begun before has been let go of. */
  ask(upstream: Upstream, head: string): void {
    this.#asking = true;
    this.#relay.reset();
    this.#tries.clear();
    this.#tries.begin(upstream);
    this.#replayable = true;
    this.#exchange.client.unblock();
    const connection = this.#tries.connect(true);
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
    const { facts, client, requestEdits } = this.#exchange;
    this.#tries.begin(upstream);
    this.#replayable = true;
    const connection = this.#tries.connect(true);
    if (connection === undefined) {
      this.#exchange.answer(502);
      return;
    }
    writeRequestHead(connection.request, { bytes, head, rewritten }, client.identity, facts.requestId);
    takeRequestEdits(requestEdits, rewritten, edits);
    if (!requestEdits.empty) requestEdits.applyToWriter(connection.request, 0);
    if (this.#tries.http10 && !head.framing.chunked && !head.upgrade) speakHttp10(connection.request);
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
    this.#relay.drop();
    this.#connection?.discard();
    this.#connection = undefined;
    return !this.#relay.headSent;
  }

  /** After the whole response has left: keeps the connection for others when it is clean. */
  release(): void {
    this.#relay.drop();
    const connection = this.#connection;
    this.#connection = undefined;
    if (connection === undefined) return;
    this.#tries.over();
    if (this.#relay.reusable && this.#exchange.body.done) connection.pool.release(connection);
    else connection.discard();
  }

  /** The upstream did not do in time what it was to do. */
  timedOut(connecting: boolean): void {
    this.#failed('timeout', connecting);
  }

  /** What the upstream sent is not HTTP. */
  garbage(): void {
    this.#failed('invalid_header', false);
  }

  /** The client has taken what it was sent. */
  clientFlushed(): void {
    if (this.#relay.clientFlushed()) this.resumeUpstream();
  }

  /** What the upstream sends can be passed on again. */
  resumeUpstream(): void {
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
    const tunnel = new Tunnel(this.#exchange, connection, this.timeouts.readMs);
    connection.use(tunnel);
    if (start < end) tunnel.upstreamBytes(bytes, start, end);
    this.#exchange.switchTo(tunnel);
  }

  upstreamConnected(): void {
    this.#exchange.facts.asked.connected();
    this.#awaitUpstream();
  }

  upstreamBytes(bytes: Buffer, start: number, end: number): void {
    this.#relay.receive(bytes, start, end);
  }

  upstreamEnded(): void {
    if (this.#relay.complete) return;
    if (!this.#relay.endOfInput()) this.#failed('error', false);
  }

  upstreamFlushed(): void {
    this.#exchange.client.unblock();
    this.#awaitUpstream();
  }

  upstreamGone(): void {
    if (this.#relay.complete) this.#connection = undefined;
    else this.#failed('error', this.#connection?.connected === false);
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
    const left = connection.wire.write(bytes);
    if (!left && !this.#exchange.body.done) this.#exchange.client.block();
    if (!connection.connected) return;
    if (left) this.#awaitUpstream();
    else this.#exchange.await('upstream-write');
  }

  #awaitUpstream(): void {
    this.#exchange.await(this.#asking || this.#exchange.body.done ? 'upstream-read' : 'request-body');
  }

  #hold(connection: UpstreamConnection, bytes: Buffer, part: Part): void {
    connection.request.reserve(part.end - part.start);
    connection.request.slice(bytes, part.start, part.end);
  }

  /**
   * Whether the client gets the answer with this status; otherwise another endpoint is asked already. It is the last moment
   * for the affinity cookie.
   */
  accepts(status: number): boolean {
    const connection = this.#connection;
    if (connection === undefined || !this.#replayable || !this.#tries.followsStatus(status)) {
      this.#tries.giveCookie();
      return true;
    }
    this.#exchange.facts.asked.answered(status);
    this.#letFail(connection, status);
    this.#tryNext(connection);
    return false;
  }

  /**
   * Tries the next endpoint, as nginx with `proxy_next_upstream`: whatever the method when the request never left, else only
   * when it may be sent twice (RFC 9110 section 9.2.2). A connection that was closed counts before a byte of an answer.
   */
  #failed(failure: TryFailure, connecting: boolean): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    const status = failure === 'timeout' ? 504 : 502;
    this.#letFail(connection, status);
    if (this.#relay.headSent) {
      this.#exchange.cut();
      return;
    }
    const before = connecting || failure !== 'error' || !connection.answered;
    if (before && this.#replayable && this.#tries.follows(failure, connecting || this.#asking)) this.#tryNext(connection);
    else this.#exchange.answer(status);
  }

  #letFail(connection: UpstreamConnection, status: number): void {
    this.#exchange.facts.asked.over(status);
    this.#connection = undefined;
    this.#tries.over();
    connection.discard();
  }

  #tryNext(failed: UpstreamConnection): void {
    const next = this.#tries.connect(false);
    if (next === undefined) {
      this.#exchange.answer(502);
      return;
    }
    this.#relay.reset();
    next.request = failed.request;
    this.#use(next);
  }
}

/** A prefix of the route replaces one of the client. */
function takeRequestEdits(into: HeaderEdits, rewritten: Rewritten | undefined, edits: readonly HeaderEdit[] | undefined): void {
  if (rewritten?.forwardedPrefix !== undefined) into.set('X-Forwarded-Prefix', rewritten.forwardedPrefix);
  into.take(edits);
}
