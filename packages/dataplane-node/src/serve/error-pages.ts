import type { ErrorPagesPolicy, HeaderEdit, RoutedRequest, Route } from '@sluice/core';
import { errorEdits, errorPageFor, errorPageOmits, policyOf } from '@sluice/core';
import { ByteWriter } from './byte-writer.ts';
import type { Exchange } from './exchange.ts';
import type { Forwarder } from './forwarder.ts';
import { LAST_ANSWERS } from './generated-answer.ts';
import { HeaderEdits } from './header-edits.ts';
import { writeRequestHead } from './request-writer.ts';
import type { ReceivedHead } from './request-writer.ts';

/** The client did not send what it announced: nobody else is asked. */
const SPARED: ReadonlySet<number> = new Set([400, 408]);

/** Used within one call. */
const out = new ByteWriter(2048);

/** Answers of a default backend in place of errors: what is needed for them is noted while the request is at hand. */
export class ErrorPages {
  readonly #exchange: Exchange;
  #route: Route | undefined;
  #policy: ErrorPagesPolicy | undefined;
  #head = '';
  #accept: string | undefined;
  #told: readonly HeaderEdit[] = [];
  #asked = false;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  clear(): void {
    this.#policy = undefined;
    this.#asked = false;
    this.#head = '';
    this.#told = [];
  }

  /** Notes the request, which is as told; costs nothing on routes without error pages. */
  look(route: Route, { bytes, head }: ReceivedHead, request: RoutedRequest): void {
    const policy = policyOf(route, 'error-pages');
    if (policy === undefined || policy.codes.length === 0) return;
    const { client, facts } = this.#exchange;
    writeRequestHead(out, { bytes, head, rewritten: { target: '/' } }, client.identity, facts.requestId);
    this.#route = route;
    this.#policy = policy;
    this.#told = pageTold(request);
    this.#accept = head.fields.valueOf(bytes, 'accept');
    this.#head = out
      .view()
      .toString('latin1')
      .replace(/^\S+/, facts.bodiless ? 'HEAD' : 'GET');
  }

  /** Whether an answer of an upstream with this status is replaced. */
  replaces(status: number): boolean {
    return this.#policy?.replacesUpstreams === true && !this.#asked && this.#policy.codes.includes(status);
  }

  /** Has somebody else answer instead of a page with this status. False when nobody does. */
  answer(status: number, forwarder: Forwarder): boolean {
    const { facts, context } = this.#exchange;
    const route = this.#route;
    if (this.#policy === undefined || route === undefined || this.#asked || SPARED.has(status)) return false;
    const find = (id: string) => context.generation?.routes.upstream(id);
    const upstream = errorPageFor(this.#policy, status, find);
    if (upstream === undefined) return false;
    this.#asked = true;
    // An error page of nginx is another location: what the route adds to its answers is not for it.
    this.#exchange.responseEdits.clear();
    if (LAST_ANSWERS.has(status)) facts.persistent = false;
    if (upstream === 'built-in') {
      this.#exchange.answer(404);
      return true;
    }
    const edits = new HeaderEdits();
    for (const name of errorPageOmits) edits.remove(name);
    edits.take(this.#told);
    edits.take(errorEdits(route, find, { code: status, accept: this.#accept, originalTarget: facts.target }));
    forwarder.ask(upstream, edits.applyTo(this.#head, 0, false));
    return true;
  }
}

/** Of the way on which the request came, a default backend learns the host and the client only. */
function pageTold({ told, clientAddress }: RoutedRequest): readonly HeaderEdit[] {
  if (told === undefined) return [];
  const client: HeaderEdit = { op: 'set', name: 'X-Forwarded-For', value: clientAddress };
  return told.host === undefined ? [client] : [client, { op: 'set', name: 'Host', value: told.host }];
}
