import type { MirrorDestination, RoutedRequest, Verdict } from '@sluice/core';
import { mirrorOf, policyOf } from '@sluice/core';
import { ByteWriter } from './byte-writer.ts';
import type { Exchange } from './exchange.ts';
import { HeaderEdits } from './header-edits.ts';
import type { MirrorCopy } from './mirrors.ts';
import { writeRequestHead } from './request-writer.ts';
import type { ReceivedHead } from './request-writer.ts';

/** Used within one call. */
const out = new ByteWriter(2048);

/** The copy of the request of an exchange: noted while the head is at hand, sent as soon as the request itself is. */
export class Mirror {
  readonly #exchange: Exchange;
  #to: MirrorDestination | undefined;
  #head = '';
  #copy: MirrorCopy | undefined;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  /** Notes the request; costs nothing on routes without a mirror. */
  look(verdict: Verdict, received: ReceivedHead, request: RoutedRequest): void {
    if (verdict.kind !== 'forward' || policyOf(verdict.route, 'mirror') === undefined) return;
    const to = mirrorOf(verdict, request);
    if (to === undefined) return;
    const { client, facts } = this.#exchange;
    writeRequestHead(
      out,
      { bytes: received.bytes, head: received.head, rewritten: { target: to.target } },
      client.identity,
      facts.requestId,
    );
    this.#to = to;
    this.#head = editsFor(to).applyTo(out.view().toString('latin1'), 0, false);
  }

  /** The request goes to its upstream: so does the copy, with what there is of the body. */
  begin(bytes: Buffer, start: number, end: number): void {
    if (this.#to === undefined) return;
    this.#copy = this.#exchange.context.mirrors.begin(this.#to, this.#head);
    if (this.#to.withBody) this.#copy?.send(bytes, start, end);
    if (!this.#to.withBody || this.#exchange.body.done) this.#copy = undefined;
  }

  send(bytes: Buffer, start: number, end: number): void {
    if (this.#copy === undefined) return;
    this.#copy.send(bytes, start, end);
    if (this.#exchange.body.done) this.#copy = undefined;
  }

  /** The exchange is over, or another begins: a copy whose body is not complete never will be. */
  clear(): void {
    this.#copy?.cut();
    this.#copy = undefined;
    this.#to = undefined;
  }
}

function editsFor({ host, withBody }: MirrorDestination): HeaderEdits {
  const edits = new HeaderEdits();
  edits.set('Host', host);
  edits.remove('Expect');
  edits.remove('Upgrade');
  edits.set('Connection', 'close');
  if (withBody) return edits;
  edits.remove('Content-Length');
  edits.remove('Transfer-Encoding');
  return edits;
}
