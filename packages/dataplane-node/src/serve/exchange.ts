import type { ForwardVerdict, Route, ServingSettings } from '@sluice/core';
import { defaultServing, serverToken } from '@sluice/core';
import { answerCoding } from './answer-coding.ts';
import type { AnswerCoding } from './answer-coding.ts';
import { limitMs } from './awaited.ts';
import type { Awaited } from './awaited.ts';
import { BodyReader } from './body-reader.ts';
import { BROKEN } from './chunk-scanner.ts';
import { Dispatch } from './dispatch.ts';
import { ErrorPages } from './error-pages.ts';
import type { ExchangeClient } from './exchange-client.ts';
import { Forwarder } from './forwarder.ts';
import { formatAnswer } from './generated-answer.ts';
import { Gatekeeper } from './gates/gatekeeper.ts';
import type { ReceivedRequest } from './gates/gatekeeper.ts';
import { HeaderEdits } from './header-edits.ts';
import { Mirror } from './mirror.ts';
import { settingsOf } from './proxy-context.ts';
import type { ProxyContext } from './proxy-context.ts';
import { RequestFacts } from './request-facts.ts';
import type { RequestHead } from './request-head.ts';
import { RequestTrace } from './request-trace.ts';
import type { Tunnel } from './tunnel.ts';

/** A larger rest of a request body is not read just to keep the connection. */
const MAX_DRAIN_BYTES = 65_536;

const HEAD_END = '\r\n\r\n';

/** Status in the access log when the client went away before it got one (nginx). */
const CLIENT_CLOSED = 499;

/** One request and its answer. A client connection has one object for all its exchanges. */
export class Exchange {
  readonly client: ExchangeClient;
  readonly context: ProxyContext;
  readonly facts: RequestFacts;
  /** Body of the request. */
  readonly body = new BodyReader();
  /** Changes of what the upstream gets; and of what the client gets, whoever answers. */
  readonly requestEdits = new HeaderEdits();
  readonly responseEdits = new HeaderEdits();
  /** What held for every request when this one came. */
  settings: ServingSettings = defaultServing;
  /** What of that the client takes; undefined where nothing is compressed. */
  coding: AnswerCoding | undefined;
  /** On this connection so far. */
  #requests = 0;
  /** Between the request head and the moment when the connection is free or closing. */
  active = false;
  readonly pages: ErrorPages;
  readonly #mirror = new Mirror(this);
  readonly #forwarder: Forwarder;
  readonly #gates: Gatekeeper;
  readonly #dispatch: Dispatch;
  readonly #trace: RequestTrace | undefined;
  /** The route that took the request; undefined when it was refused before. */
  route: Route | undefined;
  #awaited: Awaited = 'upstream-read';
  #answered = false;
  #keep = false;
  #logged = false;

  constructor(client: ExchangeClient, context: ProxyContext) {
    this.client = client;
    this.context = context;
    this.facts = new RequestFacts(client.identity, client.secure);
    this.#trace = context.tracing && new RequestTrace(context.tracing);
    this.pages = new ErrorPages(this);
    this.#forwarder = new Forwarder(this);
    this.#gates = new Gatekeeper(this);
    this.#dispatch = new Dispatch(this, { forwarder: this.#forwarder, gates: this.#gates, mirror: this.#mirror });
  }

  /** Starts with a complete head; the body begins at `bodyAt`. Returns the index after what belongs to this request. */
  begin(bytes: Buffer, head: RequestHead, bodyAt: number, end: number): number {
    const { facts, context } = this;
    this.#requests++;
    this.#open();
    facts.read(bytes, head, context.observer.headers);
    this.coding = answerCoding(this.settings.compression, bytes, head);
    this.#trace?.begin(bytes, head, this.settings.tracing, this.requestEdits);
    // Trailers stay here: an upstream that merges them into the headers could be deceived (RFC 9110 section 6.5.1).
    if (head.framing.chunked) this.body.startChunked('no-trailers');
    else this.body.startLength(Math.max(head.framing.contentLength, 0));
    const next = this.body.take(bytes, bodyAt, end);
    if (next === BROKEN) return this.#refuseBody(400, end);
    facts.requestBytes += next - bodyAt;
    this.#dispatch.start({ bytes, head, start: bodyAt, end: this.body.dataEnd });
    return next;
  }

  /** Answers a head that was not understood, and ends the connection. */
  refuse(status: number): void {
    this.#open();
    this.facts.clear();
    this.body.startLength(0);
    this.answer(status, undefined, true);
  }

  /** More bytes of the body. Returns the index after what belongs to this request. */
  takeBody(bytes: Buffer, start: number, end: number): number {
    const next = this.body.take(bytes, start, end);
    if (next === BROKEN) return this.#refuseBody(400, end);
    this.facts.requestBytes += next - start;
    if (!this.#answered && this.body.announcedBytes > this.#dispatch.bodyLimit) return this.#refuseBody(413, end);
    if (!this.#gates.waiting) this.#mirror.send(bytes, start, this.body.dataEnd);
    if (this.#gates.waiting) this.#gates.takeBody(bytes, start, this.body.dataEnd);
    else if (!this.#answered) this.#forwarder.send(bytes, start, this.body.dataEnd);
    else if (this.body.done && !this.client.wire.awaitingFlush) this.#settle();
    return next;
  }

  /** Sends an answer of our own instead of one from an upstream. */
  answer(status: number, location?: string, close = false, text?: string): void {
    if (this.pages.answer(status, this.#forwarder)) return;
    const { facts, body, client } = this;
    const waitsForContinue = facts.expectContinue && !body.done;
    const keep = !close && this.mayPersist && !waitsForContinue && body.missingBytes <= MAX_DRAIN_BYTES;
    facts.status = status;
    const bytes = formatAnswer(this, keep, location, text);
    facts.sentBytes += bytes.length;
    facts.headBytes += bytes.indexOf(HEAD_END) + HEAD_END.length;
    client.unblock();
    this.finish(keep, client.wire.write(bytes));
  }

  /** The client and the state of this server allow another request. */
  get mayPersist(): boolean {
    return this.facts.persistent && !this.context.draining && this.#requests < this.context.mostRequests;
  }

  /** The response is written completely; `flushed`: it has also left. */
  finish(keep: boolean, flushed: boolean): void {
    this.#answered = true;
    this.#keep = keep;
    if (flushed) this.#settle();
    else this.await('client-write');
  }

  /** Sets what the deadline is about from now on. */
  await(awaited: Awaited): void {
    this.#awaited = awaited;
    this.client.deadlineMs = performance.now() + limitMs(awaited, this.context.timeouts, this.#forwarder.timeouts);
  }

  onDeadline(): void {
    switch (this.#awaited) {
      case 'client-write':
      case 'drain':
        this.cut();
        return;
      case 'gate':
        this.#gates.timedOut();
        return;
      case 'request-body':
        if (this.#abandon()) this.answer(408, undefined, true);
        else this.cut();
        return;
      default:
        this.#forwarder.timedOut(this.#awaited === 'connect');
    }
  }

  /** All bytes written to the client have left. */
  clientFlushed(): void {
    if (this.#answered) this.#settle();
    else this.#forwarder.clientFlushed();
  }

  /** The client is gone or sends nothing more: nobody is interested in the answer (as nginx takes it). */
  clientGone(): void {
    if (!this.active) return;
    this.#abandon();
    if (this.facts.status === 0) this.facts.status = CLIENT_CLOSED;
    this.#over();
  }

  /** The answer cannot be completed: the client learns it from the connection. */
  cut(): void {
    this.#abandon();
    this.#over();
    this.client.cut();
  }

  /** The protocol was switched; the access record is written when the tunnel ends. */
  switchTo(tunnel: Tunnel): void {
    this.active = false;
    this.client.switchTo(tunnel);
  }

  /** Writes the access record of a tunnel. */
  tunnelOver(requestBytes: number, sentBytes: number): void {
    this.facts.requestBytes += requestBytes;
    this.facts.sentBytes += sentBytes;
    this.facts.asked.received(sentBytes);
    this.facts.asked.over();
    this.#log();
  }

  /** What was held back may go to its upstream. */
  proceed(verdict: ForwardVerdict, { bytes, head, start, end }: ReceivedRequest): void {
    this.#mirror.begin(bytes, start, end);
    this.#forwarder.start(verdict, bytes, head, { start, end });
  }

  /** Lets go of whoever is to answer. False when the client has already got a part of the response. */
  #abandon(): boolean {
    this.#gates.abandon();
    return this.#forwarder.abandon();
  }

  #open(): void {
    this.active = true;
    this.#answered = false;
    this.#logged = false;
    this.settings = settingsOf(this.context);
    this.facts.clientAddress = this.client.identity.address;
    this.route = undefined;
    this.coding = undefined;
    this.#dispatch.clear();
    this.pages.clear();
    this.#mirror.clear();
    this.#forwarder.reset();
    this.requestEdits.clear();
    this.responseEdits.clear();
    if (this.settings.answerHeaders.server === 'own') this.responseEdits.set('Server', serverToken);
    this.context.requests++;
  }

  /** Broken chunked framing, or too much: where the next request would begin is unknown. Returns `end`: all is thrown away. */
  #refuseBody(status: number, end: number): number {
    if (this.#answered || !this.#abandon()) {
      this.cut();
    } else {
      this.body.startLength(0);
      this.answer(status, undefined, true);
    }
    return end;
  }

  /** The answer has left: goes on with what the connection is for next. */
  #settle(): void {
    this.#log();
    this.#forwarder.release();
    if (!this.#keep) {
      this.#over();
      this.client.close();
    } else if (this.body.done) {
      this.#over();
      this.client.ready();
    } else {
      this.await('drain');
    }
  }

  #over(): void {
    this.active = false;
    this.#mirror.clear();
    this.#log();
  }

  #log(): void {
    if (this.#logged) return;
    this.#logged = true;
    this.#gates.leave();
    this.context.observer.over(this.facts, this.route);
    this.#trace?.end(this.facts, this.settings.tracing);
  }
}
