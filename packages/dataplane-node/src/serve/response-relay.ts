import { codingEdits } from './answer-coding.ts';
import type { ChosenCoding, CodingChoice } from './answer-coding.ts';
import { BodyReader } from './body-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { BROKEN } from './chunk-scanner.ts';
import { CodedRelay } from './coded-relay.ts';
import type { Exchange } from './exchange.ts';
import { INCOMPLETE } from './line-scanner.ts';
import type { Forwarder } from './forwarder.ts';
import { HeldBytes } from './held-bytes.ts';
import { ResponseHead } from './response-head.ts';
import { writeResponseHead } from './response-writer.ts';
import { noTransportLine } from './strict-transport-line.ts';
import type { ResponsePlan } from './response-writer.ts';

const MAX_HEAD_BYTES = 65_536;
const SWITCHING = 101;
const FINAL = 200;

/** Shared by all exchanges of the process: both are filled and used within one call. */
const head = new ResponseHead();
const out = new ByteWriter(8192);

/** Passes one response from the upstream to the client: head rewritten, body as it comes. */
export class ResponseRelay {
  readonly #exchange: Exchange;
  readonly #forwarder: Forwarder;
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
    const { facts, client } = this.#exchange;
    if (facts.minor === 0) return;
    writeResponseHead(out, bytes, head, { close: false, sayKeepAlive: false, decoded: false, strictTransport: noTransportLine.bytes });
    facts.sentBytes += out.length;
    facts.headBytes += out.length;
    if (!client.wire.write(Buffer.from(out.view()))) this.#forwarder.pauseUpstream();
  }

  #passFinal(bytes: Buffer, bodyAt: number, end: number): void {
    const { facts } = this.#exchange;
    if (head.status === SWITCHING) {
      this.#switch(bytes, bodyAt, end);
      return;
    }
    const choice = this.#exchange.coding === undefined ? undefined : this.#choose(bytes);
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
    this.#writeHead(bytes, { close: !this.#keep, sayKeepAlive: facts.minor === 0, decoded });
    if (choice !== undefined) codingEdits(choice, out.view().toString('latin1')).applyToWriter(out, head.status);
    this.headSent = true;
    if (coding === undefined) this.#written(this.#writeInFront(bytes, bodyAt, this.#body.dataEnd));
    else this.#startCoded(coding, bytes, bodyAt);
  }

  /** Whether the answer is compressed: looks at the head as the client would get it without that. */
  #choose(bytes: Buffer): CodingChoice | undefined {
    if (this.#exchange.facts.bodiless) return undefined;
    this.#writeHead(bytes, { close: false, sayKeepAlive: false, decoded: false });
    return this.#exchange.coding?.choose(out.view().toString('latin1'), head.status);
  }

  #startCoded(coding: ChosenCoding, bytes: Buffer, bodyAt: number): void {
    const { client, facts } = this.#exchange;
    facts.sentBytes += out.length;
    facts.headBytes += out.length;
    client.wire.write(Buffer.from(out.view()));
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

  #writeHead(bytes: Buffer, plan: Omit<ResponsePlan, 'strictTransport'>): void {
    const { strictTransport, responseEdits, settings } = this.#exchange;
    const { hidden } = settings.answerHeaders;
    if (hidden.length > 0) head.fields.dropNamed(bytes, hidden);
    writeResponseHead(out, bytes, head, { ...plan, strictTransport: strictTransport.bytes });
    if (!responseEdits.empty) responseEdits.applyToWriter(out, head.status);
  }

  /** The new head is put in front of the body, where the old head and the headroom are: one write, the body not copied. */
  #writeInFront(bytes: Buffer, bodyAt: number, bodyEnd: number): boolean {
    const { client, facts } = this.#exchange;
    const at = bodyAt - out.length;
    facts.sentBytes += out.length + bodyEnd - bodyAt;
    facts.headBytes += out.length;
    if (at >= 0) {
      out.buffer.copy(bytes, at, 0, out.length);
      return client.wire.write(bytes.subarray(at, bodyEnd));
    }
    const flushed = client.wire.write(Buffer.from(out.view()));
    return bodyEnd === bodyAt ? flushed : client.wire.write(bytes.subarray(bodyAt, bodyEnd));
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
    const { facts, client } = this.#exchange;
    if (!facts.upgrade || !this.#exchange.body.done) {
      this.#forwarder.garbage();
      return;
    }
    this.#writeHead(bytes, { close: false, sayKeepAlive: false, decoded: false });
    facts.status = SWITCHING;
    facts.sentBytes += out.length;
    facts.headBytes += out.length;
    facts.asked.answered(SWITCHING);
    this.headSent = true;
    client.wire.write(Buffer.from(out.view()));
    this.#forwarder.openTunnel(bytes, after, end);
  }
}
