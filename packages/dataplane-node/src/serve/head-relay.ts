import { codingEdits } from './answer-coding.ts';
import type { CodingChoice } from './answer-coding.ts';
import { ByteWriter } from './byte-writer.ts';
import type { Exchange } from './exchange.ts';
import type { ResponseHead } from './response-head.ts';
import { writeResponseHead } from './response-writer.ts';
import type { ResponsePlan } from './response-writer.ts';
import { noTransportLine, strictTransportLine } from './strict-transport-line.ts';

type HeadPlan = Omit<ResponsePlan, 'strictTransport'>;

/** Nothing is said of the connection. */
const BARE: HeadPlan = { close: false, sayKeepAlive: false, decoded: false };
const INTERIM: ResponsePlan = { ...BARE, strictTransport: noTransportLine.bytes };

/** Shared by all exchanges of the process: what is written is sent before anything else happens. */
const out = new ByteWriter(8192);

/** Passes the heads of responses to the client: first written as the client gets them, then sent. */
export class HeadRelay {
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  /** Writes the head of an interim response, which has its own lines only. */
  writeInterim(bytes: Buffer, head: ResponseHead): void {
    writeResponseHead(out, bytes, head, INTERIM);
  }

  /** Writes the head of a final response, or of one that switches protocols. */
  write(bytes: Buffer, head: ResponseHead, plan: HeadPlan = BARE, choice?: CodingChoice): void {
    const { client, responseEdits, settings } = this.#exchange;
    const { hidden } = settings.answerHeaders;
    if (hidden.length > 0) head.fields.dropNamed(bytes, hidden);
    const strictTransport = strictTransportLine(client.secure, settings.strictTransport).bytes;
    writeResponseHead(out, bytes, head, { ...plan, strictTransport });
    if (!responseEdits.empty) responseEdits.applyToWriter(out, head.status);
    if (choice !== undefined) codingEdits(choice, written()).applyToWriter(out, head.status);
  }

  /** Whether the body is compressed: looks at the head as the client would get it without that. */
  chooseCoding(bytes: Buffer, head: ResponseHead): CodingChoice | undefined {
    const { coding, facts } = this.#exchange;
    if (coding === undefined || facts.bodiless) return undefined;
    this.write(bytes, head);
    return coding.choose(written(), head.status);
  }

  /** Sends what was written. False: the client takes no more for now. */
  send(): boolean {
    this.#count();
    return this.#exchange.client.wire.write(Buffer.from(out.view()));
  }

  /** The same with a part of the body: put in front of it, where the old head and the headroom are, it is one write and no copy of the body. */
  sendBefore(bytes: Buffer, bodyAt: number, bodyEnd: number): boolean {
    const { client, facts } = this.#exchange;
    const at = bodyAt - out.length;
    facts.sentBytes += bodyEnd - bodyAt;
    if (at < 0) {
      const flushed = this.send();
      return bodyEnd === bodyAt ? flushed : client.wire.write(bytes.subarray(bodyAt, bodyEnd));
    }
    this.#count();
    out.buffer.copy(bytes, at, 0, out.length);
    return client.wire.write(bytes.subarray(at, bodyEnd));
  }

  #count(): void {
    const { facts } = this.#exchange;
    facts.sentBytes += out.length;
    facts.headBytes += out.length;
  }
}

function written(): string {
  return out.view().toString('latin1');
}
