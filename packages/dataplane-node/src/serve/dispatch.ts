import type { ForwardVerdict, RoutedRequest, Verdict } from '@sluice/core';
import { asTold, bodyLimitOf, messageOf, normalizePath, splitTarget, toldEdits, upstreamName } from '@sluice/core';
import type { Exchange } from './exchange.ts';
import type { Forwarder } from './forwarder.ts';
import type { Gatekeeper, ReceivedRequest } from './gates/gatekeeper.ts';
import { LAST_ANSWERS } from './generated-answer.ts';
import type { Mirror } from './mirror.ts';
import type { RequestFacts } from './request-facts.ts';
import { RoutedView } from './routed-view.ts';
import { takeEdits } from './verdict-edits.ts';

/** A status that a snippet asks for: the connection is closed without an answer (nginx). */
const NO_ANSWER = 444;

/** Who else takes part in an exchange. */
interface Parts {
  readonly forwarder: Forwarder;
  readonly gates: Gatekeeper;
  readonly mirror: Mirror;
}

/** Asks the routes what happens to the request of an exchange, and sets it going. One for all exchanges of a connection. */
export class Dispatch {
  readonly #exchange: Exchange;
  readonly #parts: Parts;
  readonly #view: RoutedView;
  /** How long a chunked body may get. */
  bodyLimit = Infinity;

  constructor(exchange: Exchange, parts: Parts) {
    const { facts, client, context } = exchange;
    this.#exchange = exchange;
    this.#parts = parts;
    this.#view = new RoutedView(facts, client.identity, client.secure, context.httpsPort);
  }

  /** Forgets the last request. */
  clear(): void {
    this.bodyLimit = Infinity;
  }

  start(received: ReceivedRequest): void {
    const exchange = this.#exchange;
    if (isRefused(exchange.facts)) {
      exchange.answer(405, undefined, true);
      return;
    }
    const view = this.#view;
    view.look(received.bytes, received.head);
    const request = asTold(view, exchange.settings);
    exchange.facts.clientAddress = request.clientAddress;
    exchange.facts.requestId = request.requestId;
    exchange.requestEdits.take(toldEdits(request, exchange.settings.forwarded));
    const verdict = this.#decide(request);
    if (typeof verdict === 'number') exchange.answer(verdict);
    else this.#begin(verdict, received, request);
    view.forget();
  }

  #begin(verdict: Verdict, received: ReceivedRequest, request: RoutedRequest): void {
    this.#prepare(verdict, received, request);
    if (this.#exchange.body.announcedBytes > this.bodyLimit) this.#exchange.answer(413, undefined, true);
    else if (!this.#parts.gates.holds(verdict, received, request)) this.#goOn(verdict, received);
  }

  /** Tells everybody who may have to do with the request about it, while its head is there. */
  #prepare(verdict: Verdict, received: ReceivedRequest, request: RoutedRequest): void {
    const exchange = this.#exchange;
    const { forwarder, mirror } = this.#parts;
    takeEdits(exchange, verdict);
    forwarder.look(verdict, request);
    exchange.route = verdict.route;
    this.#note(verdict);
    if (verdict.route !== undefined) exchange.pages.look(verdict.route, received, request);
    mirror.look(verdict, received, request);
    if (received.head.framing.chunked && verdict.kind === 'forward') this.bodyLimit = bodyLimitOf(verdict.route);
  }

  /** What log and metrics call the request. */
  #note(verdict: Verdict): void {
    const { facts } = this.#exchange;
    facts.host = verdict.host?.name ?? '';
    facts.labels = verdict.route?.labels;
    if (verdict.kind === 'forward') this.#noteCanary(verdict);
  }

  #noteCanary({ upstream, route: { action } }: ForwardVerdict): void {
    const { facts, context } = this.#exchange;
    if (action.kind !== 'forward' || upstream.id === action.upstream) return;
    const main = context.generation?.routes.upstream(action.upstream);
    if (main?.canary?.upstream === upstream.id) facts.canary = upstreamName(upstream);
  }

  #goOn(verdict: Verdict, received: ReceivedRequest): void {
    const exchange = this.#exchange;
    if (verdict.kind === 'forward' && verdict.errorPage !== undefined)
      exchange.answer(verdict.errorPage, undefined, LAST_ANSWERS.has(verdict.errorPage));
    else if (verdict.kind === 'forward') exchange.proceed(verdict, received);
    else if (verdict.kind === 'redirect') exchange.answer(verdict.status, verdict.location);
    else if (verdict.status === NO_ANSWER) this.#hangUp();
    else exchange.answer(verdict.status, undefined, LAST_ANSWERS.has(verdict.status), verdict.text);
  }

  #hangUp(): void {
    this.#exchange.facts.status = NO_ANSWER;
    this.#exchange.cut();
  }

  /** The verdict, or the status to answer with when there can be none. A fault of the table must not end the process. */
  #decide(request: RoutedRequest): Verdict | 503 | 500 {
    const { context, facts } = this.#exchange;
    const { generation, logger } = context;
    if (generation === undefined) return 503;
    try {
      return generation.routes.decide(request);
    } catch (error) {
      logger.error('routing failed', { error: messageOf(error), host: facts.authority, target: facts.target });
      return 500;
    }
  }
}

/** Methods that nginx serves nowhere; before it refuses TRACE it reads the path. */
function isRefused({ method, target }: RequestFacts): boolean {
  return method === 'CONNECT' || (method === 'TRACE' && normalizePath(splitTarget(target).path) !== undefined);
}
