import type { ChosenCoding } from './answer-coding.ts';
import { CodedBody } from './coded-body.ts';
import type { CodedBodyOwner } from './coded-body.ts';
import type { Exchange } from './exchange.ts';
import type { Forwarder } from './forwarder.ts';

/** Passes one body from the upstream to the client compressed: who is slower than the others makes them wait. */
export class CodedRelay implements CodedBodyOwner {
  readonly #exchange: Exchange;
  readonly #forwarder: Forwarder;
  readonly #keep: boolean;
  readonly #body: CodedBody;
  /** The body has come, a rest of it is here. */
  #ended = false;

  /** `keep`: the connection of the client may serve another request after the answer. */
  constructor(exchange: Exchange, forwarder: Forwarder, coding: ChosenCoding, keep: boolean) {
    this.#exchange = exchange;
    this.#forwarder = forwarder;
    this.#keep = keep;
    this.#body = new CodedBody(coding, this);
  }

  /** More of the body. */
  take(bytes: Buffer, start: number, end: number): void {
    const room = this.#body.write(bytes, start, end);
    if (!room || this.#exchange.client.wire.awaitingFlush) this.#forwarder.pauseUpstream();
    else this.#exchange.await('upstream-read');
  }

  /** The body has come; the exchange is finished when the client has the rest. */
  end(): void {
    this.#ended = true;
    this.#exchange.await('client-write');
    this.#body.end();
  }

  /** Nobody waits for the rest. */
  drop(): void {
    this.#body.destroy();
  }

  /** The client has taken what it was sent. Whether the upstream may send more. */
  clientFlushed(): boolean {
    this.#body.resume();
    if (!this.#ended && !this.#body.full) return true;
    this.#exchange.await('client-write');
    return false;
  }

  onChunk(framed: Buffer): boolean {
    const { client, facts } = this.#exchange;
    facts.sentBytes += framed.length;
    if (client.wire.write(framed)) return true;
    this.#forwarder.pauseUpstream();
    return false;
  }

  onRoom(): void {
    if (!this.#ended && !this.#exchange.client.wire.awaitingFlush) this.#forwarder.resumeUpstream();
  }

  onFinished(): void {
    this.#exchange.finish(this.#keep && this.#exchange.body.done, !this.#exchange.client.wire.awaitingFlush);
  }

  onBroken(error: unknown): void {
    this.drop();
    this.#exchange.client.onFault(error);
  }
}
