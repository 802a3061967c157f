import type { ForwardVerdict, HeaderEdit, LimitPolicy, RespondVerdict, RoutedRequest, Verdict } from '@sluice/core';
import type { Exchange } from '../exchange.ts';
import { RequestHead } from '../request-head.ts';
import { AccessCheck } from './access-check.ts';
import type { AccessOutcome } from './access-check.ts';
import { clientEdits } from './client-edits.ts';
import { gatesOf } from './route-gates.ts';
import type { RouteGates } from './route-gates.ts';

/** Bytes of a body that are taken in while a request waits; then its client has to wait too. */
const MAX_WAITING_BYTES = 65_536;

/** A request head with the bytes that it was scanned in, and where the body bytes are that came with it. */
export interface ReceivedRequest {
  readonly bytes: Buffer;
  readonly head: RequestHead;
  readonly start: number;
  readonly end: number;
}

interface Waiting {
  readonly verdict: ForwardVerdict;
  readonly check: AccessCheck;
  readonly headBytes: number;
  /** Head and body, copied. */
  readonly parts: Buffer[];
  length: number;
}

/** Shared by all exchanges of the process: it is filled and used within one call. */
const resumed = new RequestHead();

/**
 * Decides whether a request may go on to its upstream: limits first, then access. What has to wait for an answer is copied
 * and goes on later, as if it had just come.
 */
export class Gatekeeper {
  readonly #exchange: Exchange;
  #waiting: Waiting | undefined;
  #entered: LimitPolicy | undefined;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  /** Whether a request waits for its answer. */
  get waiting(): boolean {
    return this.#waiting !== undefined;
  }

  /** True when this answers the request, or will; false when it goes on at once. `view` must be looking at the head. */
  holds(verdict: Verdict, received: ReceivedRequest, view: RoutedRequest): boolean {
    if (verdict.kind === 'redirect' || verdict.route === undefined) return false;
    if (verdict.host?.clientAuth !== undefined) this.#exchange.requestEdits.take(clientEdits(verdict.host, view));
    const gates = gatesOf(verdict.route);
    return gates !== undefined && this.#stops(verdict, gates, received, view);
  }

  /** More bytes of the body of a request that waits. */
  takeBody(bytes: Buffer, start: number, end: number): void {
    const waiting = this.#waiting;
    if (waiting === undefined || start === end) return;
    waiting.parts.push(Buffer.from(bytes.subarray(start, end)));
    waiting.length += end - start;
    if (waiting.length > MAX_WAITING_BYTES) this.#exchange.client.block();
  }

  /** Nobody waits any more. */
  abandon(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.check.abort();
  }

  /** The answer did not come in time. */
  timedOut(): void {
    this.abandon();
    this.#exchange.answer(500, undefined, true);
  }

  /** The exchange is over: its request counts no longer among those under way. */
  leave(): void {
    const entered = this.#entered;
    if (entered === undefined) return;
    this.#entered = undefined;
    const { context, facts } = this.#exchange;
    context.gates.limits.leave(entered, facts.clientAddress);
  }

  #stops(verdict: ForwardVerdict | RespondVerdict, gates: RouteGates, received: ReceivedRequest, view: RoutedRequest): boolean {
    const answered = verdict.kind === 'respond' || verdict.errorPage !== undefined;
    if (answered && verdict.counted !== true) return false;
    const tooMuch = this.#enter(gates.limit);
    if (tooMuch === undefined) return !answered && this.#checks(verdict, gates, received, view);
    this.#exchange.answer(tooMuch);
    return true;
  }

  /** The status of a request that is too much. */
  #enter(limit: LimitPolicy | undefined): number | undefined {
    if (limit === undefined) return undefined;
    const { context, facts } = this.#exchange;
    const status = context.gates.limits.enter(limit, facts.clientAddress);
    if (status === undefined) this.#entered = limit;
    return status;
  }

  #checks(verdict: ForwardVerdict, gates: RouteGates, received: ReceivedRequest, view: RoutedRequest): boolean {
    const { requestEdits, context, facts } = this.#exchange;
    if (gates.basic !== undefined) requestEdits.remove('Authorization');
    for (const name of gates.external?.responseHeaders ?? []) requestEdits.remove(name);
    if (verdict.admitted === true || (gates.basic === undefined && gates.external === undefined)) return false;
    const { requestId } = facts;
    const check = new AccessCheck(gates, context, {
      verdict,
      request: view,
      requestId,
      lines: () => linesOf(received, clientEdits(verdict.host, view)),
    });
    const outcome = check.run();
    if (!(outcome instanceof Promise)) return !this.#admits(outcome);
    this.#wait(verdict, check, received);
    void this.#follow(outcome);
    return true;
  }

  /** Takes the outcome over; false when the request has been answered with it. */
  #admits({ status, location, requestEdits, responseEdits }: AccessOutcome): boolean {
    const exchange = this.#exchange;
    exchange.requestEdits.take(requestEdits);
    exchange.responseEdits.take(responseEdits);
    if (status === undefined) return true;
    exchange.answer(status, location);
    return false;
  }

  #wait(verdict: ForwardVerdict, check: AccessCheck, { bytes, head, start, end }: ReceivedRequest): void {
    const copy = Buffer.from(bytes.subarray(head.line.start, end));
    this.#waiting = { verdict, check, headBytes: start - head.line.start, parts: [copy], length: copy.length };
    this.#exchange.await('gate');
  }

  async #follow(outcome: Promise<AccessOutcome>): Promise<void> {
    const waiting = this.#waiting;
    try {
      const found = await outcome;
      if (waiting !== undefined && this.#waiting === waiting) this.#resume(waiting, found);
    } catch (error) {
      if (this.#waiting === waiting) this.#waiting = undefined;
      this.#exchange.client.onFault(error);
    }
  }

  #resume({ verdict, headBytes, parts, length }: Waiting, outcome: AccessOutcome): void {
    this.#waiting = undefined;
    const { client } = this.#exchange;
    if (!this.#admits(outcome)) return;
    const bytes = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts, length);
    resumed.names = this.#exchange.settings.clientHeaders.names;
    resumed.scan(bytes, 0, headBytes);
    client.unblock();
    this.#exchange.proceed(verdict, { bytes, head: resumed, start: headBytes, end: length });
  }
}

/** The header lines of a head but those that nginx ignores, and those that are replaced. */
function linesOf({ bytes, head }: ReceivedRequest, edits: readonly HeaderEdit[]): string[] {
  const { fields } = head;
  const lines = edits.flatMap(({ op, name, value }) => (op === 'set' ? [name, value] : []));
  for (let line = 0; line < fields.count; line++) {
    const name = bytes.toString('latin1', fields.nameStart[line], fields.nameEnd[line]);
    if (/^[A-Za-z0-9-]+$/.test(name) && !edits.some((edit) => edit.name === name.toLowerCase())) lines.push(name, fields.text(bytes, line));
  }
  return lines;
}
