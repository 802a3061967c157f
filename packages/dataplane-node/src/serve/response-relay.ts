import type { ChosenCoding, CodingChoice } from './answer-coding.ts';
import { BodyReader } from './body-reader.ts';
import { BROKEN } from './chunk-scanner.ts';
import { CodedRelay } from './coded-relay.ts';
import type { Exchange } from './exchange.ts';
import type { Forwarder } from './forwarder.ts';
import { HeadRelay } from './head-relay.ts';
import { HeldBytes } from './held-bytes.ts';
import { INCOMPLETE } from './line-scanner.ts';
import { ResponseHead } from './response-head.ts';

const MAX_HEAD_BYTES = 65_536;
const SWITCHING = 101;
const FINAL = 200;

/** Shared by all exchanges of the process: it is filled and used within one call. */
const head = new ResponseHead();

/** Passes one response from the upstream to the client: head rewritten, body as it comes or compressed. */
export class ResponseRelay {
  readonly #exchange: Exchange;
  readonly #forwarder: Forwarder;
  readonly #head: HeadRelay;
  readonly #held = new HeldBytes();
  readonly #body = new BodyReader();
  /** Takes the body where it is compressed. */
  #coded: CodedRelay | undefined;
  #keep = false;
  /** The client has got the head of the final response, at least. */
  headSent = false;
  /** The whole response has come; unless it is compressed, it is written as well. */
  complete = false;
  /** The upstream connection is clean and can serve another request. */
  reusable = false;

  constructor(exchange: Exchange, forwarder: Forwarder) {
    this.#exchange = exchange;
    this.#forwarder = forwarder;
    this.#head = new HeadRelay(exchange);
  }

  /** Forgets the last response. */
  reset(): void {
    this.drop();
    this.#held.clear();
    this.headSent = false;
    this.complete = false;
    this.reusable = false;
  }

  /** Nobody waits for the rest of a compressed body. */
  drop(): void {
    this.#coded?.drop();
    this.#coded = undefined;
  }

  /** The client has taken what it was sent. Whether the upstream may send more. */
  clientFlushed(): boolean {
    return this.#coded === undefined || this.#coded.clientFlushed();
  }

  /** Bytes from the upstream; the buffer stays as it is while the upstream is paused. */
  receive(bytes: Buffer, start: number, end: number): void {
    if (this.complete) {
      this.reusable = false;
    } else if (this.headSent) {
      this.#passBody(bytes, start, end);
    } else if (this.#held.length > 0) {
      this.#held.append(bytes, start, end);
      this.#passHeads(this.#held.buffer, this.#held.start, this.#held.end);
    } else {
      this.#passHeads(bytes, start, end);
    }
  }

  /** The upstream sends nothing more. False when the response is not complete with that. */
  endOfInput(): boolean {
    if (!this.headSent || !this.#body.untilClose) return false;
    if (this.#coded === undefined) this.#completed(true);
    else this.#received(this.#coded);
    return true;
  }

  /** Any number of interim responses comes before the final one (RFC 9110 section 15.2). */
  #passHeads(bytes: Buffer, start: number, end: number): void {
    let at = start;
    const { answerHeaders } = this.#exchange.settings;
    head.passesServer = answerHeaders.server === 'upstream';
    while (at < end) {
      const after = head.scan(bytes, at, end);
      if (after === INCOMPLETE && end - at <= MAX_HEAD_BYTES) break;
      if (after < 0) {
        this.#forwarder.garbage();
        return;
      }
      if (head.status >= FINAL || head.status === SWITCHING) {
        if (this.#forwarder.accepts(head.status)) this.#passFinal(bytes, after, end);
        return;
      }
      this.#passInterim(bytes);
      at = after;
    }
    this.#held.keep(bytes, at, end);
  }

  #passInterim(bytes: Buffer): void {
    // HTTP/1.0 has none.
    if (this.#exchange.facts.minor === 0) return;
    this.#head.writeInterim(bytes, head);
    if (!this.#head.send()) this.#forwarder.pauseUpstream();
  }

  #passFinal(bytes: Buffer, bodyAt: number, end: number): void {
    const { facts } = this.#exchange;
    if (head.status === SWITCHING) {
      this.#switch(bytes, bodyAt, end);
      return;
    }
    const choice = this.#head.chooseCoding(bytes, head);
    const decoded = this.#startBody(choice?.coding !== undefined);
    const bodyEnd = this.#body.take(bytes, bodyAt, end);
    if (bodyEnd === BROKEN) {
      this.#forwarder.garbage();
      return;
    }
    facts.asked.answered(head.status);
    facts.asked.received(bodyEnd - bodyAt);
    this.reusable = head.persistent && !this.#body.untilClose && bodyEnd === end;
    if (this.#exchange.pages.replaces(head.status)) {
      facts.asked.over();
      this.#forwarder.letGo(this.reusable && this.#body.done);
      this.#exchange.answer(head.status);
      return;
    }
    facts.status = head.status;
    this.#start(bytes, bodyAt, decoded, choice);
  }

  /** Sends the head and what there is of the body. */
  #start(bytes: Buffer, bodyAt: number, decoded: boolean, choice: CodingChoice | undefined): void {
    const { mayPersist, body, facts } = this.#exchange;
    const coding = choice?.coding;
    this.#keep = mayPersist && body.done && !decoded && (coding !== undefined || !this.#body.untilClose);
    this.#head.write(bytes, head, { close: !this.#keep, sayKeepAlive: facts.minor === 0, decoded }, choice);
    this.headSent = true;
    if (coding === undefined) this.#written(this.#head.sendBefore(bytes, bodyAt, this.#body.dataEnd));
    else this.#startCoded(coding, bytes, bodyAt);
  }

  #startCoded(coding: ChosenCoding, bytes: Buffer, bodyAt: number): void {
    this.#head.send();
    this.#coded = new CodedRelay(this.#exchange, this.#forwarder, coding, this.#keep);
    this.#compress(this.#coded, bytes, bodyAt);
  }

  #compress(coded: CodedRelay, bytes: Buffer, start: number): void {
    coded.take(bytes, start, this.#body.dataEnd);
    if (this.#body.done) this.#received(coded);
  }

  #received(coded: CodedRelay): void {
    this.#over();
    coded.end();
  }

  /** Sets up the body of the final response (RFC 9112 section 6.3). True when its framing must be taken off for the client. */
  #startBody(coded: boolean): boolean {
    const { facts } = this.#exchange;
    const { framing, status } = head;
    const decoded = framing.chunked && facts.minor === 0;
    if (facts.bodiless || status === 204 || status === 304) this.#body.startLength(0);
    else if (framing.chunked) this.#body.startChunked(decoded || coded ? 'data' : 'all');
    else if (framing.contentLength >= 0) this.#body.startLength(framing.contentLength);
    else this.#body.startUntilClose();
    return decoded;
  }

  #passBody(bytes: Buffer, start: number, end: number): void {
    const { client, facts } = this.#exchange;
    const next = this.#body.take(bytes, start, end);
    if (next === BROKEN) {
      this.#forwarder.garbage();
      return;
    }
    if (next < end) this.reusable = false;
    const { dataEnd } = this.#body;
    facts.asked.received(next - start);
    if (this.#coded !== undefined) {
      this.#compress(this.#coded, bytes, start);
      return;
    }
    facts.sentBytes += dataEnd - start;
    this.#written(dataEnd === start || client.wire.write(bytes.subarray(start, dataEnd)));
  }

  #written(flushed: boolean): void {
    if (!flushed) this.#forwarder.pauseUpstream();
    if (this.#body.done) this.#completed(flushed);
    else if (flushed) this.#exchange.await('upstream-read');
  }

  #over(): void {
    this.complete = true;
    this.#held.clear();
    this.#exchange.facts.asked.over();
  }

  #completed(flushed: boolean): void {
    this.#over();
    this.#exchange.finish(this.#keep && this.#exchange.body.done, flushed && !this.#exchange.client.wire.awaitingFlush);
  }

  /** 101 that nobody asked for is not an answer. */
  #switch(bytes: Buffer, after: number, end: number): void {
    const { facts } = this.#exchange;
    if (!facts.upgrade || !this.#exchange.body.done) {
      this.#forwarder.garbage();
      return;
    }
    this.#head.write(bytes, head);
    facts.status = SWITCHING;
    facts.asked.answered(SWITCHING);
    this.headSent = true;
    this.#head.send();
    this.#forwarder.openTunnel(bytes, after, end);
  }
}
