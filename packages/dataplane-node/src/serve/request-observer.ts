import type { RequestMetrics, Route } from '@sluice/core';
import { policyOf } from '@sluice/core';
import type { AccessLog, NotedHeader } from './access-log.ts';
import type { RequestFacts } from './request-facts.ts';

const noHeaders: readonly NotedHeader[] = [];

/** Where the last request of a route was counted, and where others were. */
interface RouteCells {
  epoch: number;
  method: string;
  status: number;
  canary: string;
  cells: Float64Array | undefined;
}

/** Tells of finished requests: a line in the access log, and a count. */
export class RequestObserver {
  readonly #accessLog: AccessLog | undefined;
  readonly #metrics: RequestMetrics | undefined;
  readonly #cells = new WeakMap<Route, RouteCells>();

  constructor(accessLog: AccessLog | undefined, metrics: RequestMetrics | undefined) {
    this.#accessLog = accessLog;
    this.#metrics = metrics;
  }

  /** The request headers that are to be noted. */
  get headers(): readonly NotedHeader[] {
    return this.#accessLog?.headers ?? noHeaders;
  }

  /** The request is over, with an answer or without. */
  over(facts: RequestFacts, route: Route | undefined): void {
    facts.durationMs = performance.now() - facts.startMs;
    if (this.#metrics !== undefined) this.#count(this.#metrics, facts, route);
    if (this.#accessLog === undefined || isSilent(route)) return;
    facts.endMs = Date.now();
    this.#accessLog.record(facts);
  }

  #count(metrics: RequestMetrics, facts: RequestFacts, route: Route | undefined): void {
    const cells = route === undefined ? metrics.cellsOf(facts) : this.#cellsOf(metrics, facts, route);
    if (cells !== undefined) metrics.layout.observe(cells, facts);
  }

  /** Requests of a route are mostly like the last one. */
  #cellsOf(metrics: RequestMetrics, facts: RequestFacts, route: Route): Float64Array | undefined {
    const { method, status, canary } = facts;
    const { epoch } = metrics;
    const last = this.#cells.get(route);
    if (last?.status === status && last.method === method && last.canary === canary && last.epoch === epoch) return last.cells;
    const cells = metrics.cellsOf(facts);
    if (last === undefined) this.#cells.set(route, { epoch, method, status, canary, cells });
    else Object.assign(last, { epoch, method, status, canary, cells });
    return cells;
  }
}

function isSilent(route: Route | undefined): boolean {
  return route !== undefined && policyOf(route, 'access-log')?.enabled === false;
}
