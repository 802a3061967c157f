import { messageOf } from '@sluice/core';
import type { RoutedRequest, TryFailure, Upstream, Verdict } from '@sluice/core';
import { affinityCookie } from './affinity-cookie.ts';
import type { Peers, Security } from './balancer.ts';
import { EndpointWish } from './endpoint-wish.ts';
import type { Exchange } from './exchange.ts';
import { forwardingPlan, standardPlan, timeoutsOf } from './forwarding-plan.ts';
import type { ForwardingPlan } from './forwarding-plan.ts';
import type { ProxyTimeouts } from './proxy-context.ts';
import type { UpstreamConnection } from './upstream-connection.ts';

/** How nginx records an endpoint that did not answer. */
const BAD_GATEWAY = 502;

/** The tries of one request: which endpoints it goes to, how it gets there, and whether another try may follow. */
export class Tries {
  readonly #exchange: Exchange;
  readonly #wish = new EndpointWish();
  #plan: ForwardingPlan = standardPlan;
  #upstream: Upstream | undefined;
  #peers: Peers | undefined;
  #count = 0;
  /** Something was asked before, and what it said made another upstream be asked. */
  #another = false;
  #startMs = 0;
  #tryStartMs = 0;
  /** How long an endpoint may take. */
  timeouts: ProxyTimeouts;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
    this.timeouts = exchange.context.timeouts;
  }

  /** Forgets the last request; what follows is as usual. */
  clear(): void {
    this.#wish.clear();
    this.#plan = standardPlan;
    this.timeouts = this.#exchange.context.timeouts;
  }

  /** Reads what decides about the endpoint, while the head of the request is there. */
  look(verdict: Verdict, request: RoutedRequest): void {
    if (verdict.kind !== 'forward') return;
    const { context, facts } = this.#exchange;
    this.#plan = forwardingPlan(verdict.route);
    this.timeouts = timeoutsOf(this.#plan, context.timeouts);
    this.#wish.look(verdict, request, facts.requestId);
  }

  /** HTTP/1.0 is wanted towards endpoints. */
  get http10(): boolean {
    return this.#plan.http10;
  }

  /** Everything from now on is about endpoints of this upstream. */
  begin(upstream: Upstream): void {
    this.#upstream = upstream;
    this.#peers = this.#exchange.context.balancer.peersOf(upstream);
    this.#count = 0;
    this.#startMs = performance.now();
    this.#another = this.#exchange.facts.tries.length > 0;
  }

  /** A connection to the endpoint that is picked, or to the next one that can be connected to at all. */
  connect(reuse: boolean): UpstreamConnection | undefined {
    const peers = this.#peers;
    if (peers === undefined) return undefined;
    const { asked } = this.#exchange.facts;
    while (this.#count < this.#most) {
      this.#count++;
      this.#tryStartMs = this.#count === 1 ? this.#startMs : performance.now();
      try {
        const pool = peers.pool(peers.pick(this.#wish), this.#security);
        asked.begin(pool.name, this.#tryStartMs, this.#another);
        this.#another = false;
        const connection = reuse ? pool.take() : pool.open();
        if (connection.connected) asked.reused();
        return connection;
      } catch (error) {
        asked.over(BAD_GATEWAY);
        const endpoint = asked.list.at(-1)?.address;
        this.#exchange.context.logger.error('an endpoint cannot be connected to', {
          error: messageOf(error),
          endpoint,
          upstream: this.#upstream?.id,
        });
      }
    }
    return undefined;
  }

  /** Whether a try that ended so is followed by another; `unsent`: the request never left. */
  follows(failure: TryFailure, unsent: boolean): boolean {
    return this.#plan.nextOn.has(failure) && this.#mayRepeat(unsent);
  }

  /** Whether an answer with this status is followed by another try. */
  followsStatus(status: number): boolean {
    return this.#plan.nextStatuses.has(status) && this.#mayRepeat(false);
  }

  /** The try is over, whatever came of it. */
  over(): void {
    const position = this.#wish.tried.at(-1);
    if (position !== undefined) this.#peers?.done(position, this.#tryStartMs);
  }

  /** Gives the client the affinity cookie of its endpoint, where it gets a new one. */
  giveCookie(): void {
    const { client, responseEdits } = this.#exchange;
    const { newCookie, userAgent } = this.#wish;
    const affinity = this.#upstream?.affinity;
    const path = this.#plan.cookiePath;
    if (newCookie === undefined || affinity === undefined || path === undefined) return;
    responseEdits.add('Set-Cookie', affinityCookie(affinity, { endpoint: newCookie, path, secure: client.secure, userAgent }));
  }

  #mayRepeat(unsent: boolean): boolean {
    const late = performance.now() - this.#startMs > this.#plan.retryMs;
    return this.#count < this.#most && !late && (unsent || this.#plan.nonIdempotent || this.#exchange.facts.idempotent);
  }

  get #most(): number {
    return this.#plan.tries || (this.#peers?.count ?? 1);
  }

  get #security(): Security {
    const { tls, tlsSettings } = this.#plan;
    const encrypted = tls === 'always' || (tls === 'as-client' && this.#exchange.client.secure);
    return encrypted ? (tlsSettings ?? 'encrypted') : 'clear';
  }
}
