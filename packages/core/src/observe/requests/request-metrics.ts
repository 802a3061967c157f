import type { RouteLabels } from '../../model/route-labels.ts';
import type { Logger } from '../logger.ts';
import { HistogramLayout } from './histogram-layout.ts';
import type { RequestBuckets, RequestMeasures } from './histogram-layout.ts';
import { methodLabel, requestLabelNames } from './request-labels.ts';
import type { RequestLabels } from './request-labels.ts';

/** How requests are counted: ingress-nginx's flags of the same names. */
export interface RequestMetricsOptions {
  /** `--metrics-per-host`. */
  readonly perHost: boolean;
  /** `--metrics-per-undefined-host`: requests for names of no Ingress count as well, for the host `*`. */
  readonly perUndefinedHost: boolean;
  /** `--report-status-classes`: `2xx` instead of `200`. */
  readonly statusClasses: boolean;
  readonly buckets: RequestBuckets;
  /** So many series there are at most; what comes then is counted with the path and the names `overflow`. */
  readonly seriesLimit: number;
}

/** What a request was, for the metrics. */
export interface CountedRequest {
  /** Name of the virtual host; `*` for the one of all other names. */
  readonly host: string;
  /** Undefined where no Ingress has the route. */
  readonly labels: RouteLabels | undefined;
  readonly method: string;
  readonly status: number;
  /** Name of the upstream of a canary that took it; empty for none. */
  readonly canary: string;
}

/** The requests with the same labels, since the start. */
export interface RequestSeries {
  readonly labels: RequestLabels;
  /** As the layout says. */
  readonly cells: Float64Array;
}

/** What stands for every name beyond the limit. */
const OVERFLOW = 'overflow';

const noLabels: RouteLabels = { namespace: '', ingress: '', service: '', port: '', path: '' };

/**
 * Counts the requests of a data plane in memory of a fixed size. Series are kept until `retain` leaves them out; what was counted stays counted over
 * changes of the routes.
 */
export class RequestMetrics {
  readonly options: RequestMetricsOptions;
  readonly layout: HistogramLayout;
  readonly #series = new Map<string, RequestSeries>();
  readonly #sources = new Set<() => Promise<void>>();
  readonly #logger: Logger;
  #warned = false;
  /** Grows whenever a series has gone: who keeps cells looks them up again. */
  epoch = 0;

  constructor(options: RequestMetricsOptions, logger: Logger) {
    this.options = options;
    this.layout = new HistogramLayout(options.buckets);
    this.#logger = logger;
  }

  /** How many series there are. */
  get size(): number {
    return this.#series.size;
  }

  /** Adds what brings counts in before they are read. Returns what takes it away. */
  addSource(collect: () => Promise<void>): () => void {
    this.#sources.add(collect);
    return () => void this.#sources.delete(collect);
  }

  /** All series, after everything that is known anywhere has been brought in. A source that fails holds up nobody: it tells so itself. */
  async collect(): Promise<Iterable<RequestSeries>> {
    await Promise.allSettled([...this.#sources].map((source) => source()));
    return this.#series.values();
  }

  /** The cells in which such a request is counted; undefined for one that is not counted: of a host that no Ingress has. */
  cellsOf({ host, labels = noLabels, method, status, canary }: CountedRequest): Float64Array | undefined {
    const { perHost, perUndefinedHost, statusClasses } = this.options;
    if (perHost && !perUndefinedHost && host === '*') return undefined;
    const { path, namespace, ingress, service } = labels;
    const statusLabel = statusClasses ? `${Math.floor(status / 100)}xx` : String(status).padStart(3, '0');
    const own = { status: statusLabel, method: methodLabel(method), path, namespace, ingress, service, canary };
    return this.#find(perHost ? { host, ...own } : own).cells;
  }

  count(request: CountedRequest, measures: RequestMeasures): void {
    const cells = this.cellsOf(request);
    if (cells !== undefined) this.layout.observe(cells, measures);
  }

  /** Forgets the series of what `isServed` does not know. It is not asked about those that stand for what had no room. */
  retain(isServed: (labels: RequestLabels) => boolean): void {
    for (const [key, { labels }] of this.#series) {
      if (labels.ingress === OVERFLOW || isServed(labels)) continue;
      this.#series.delete(key);
      this.epoch++;
    }
  }

  #find(labels: RequestLabels): RequestSeries {
    const known = this.#series.get(keyOf(labels));
    if (known !== undefined) return known;
    if (this.#series.size < this.options.seriesLimit) return this.#add(labels);
    this.#warn();
    const { status, method } = labels;
    const names = { path: OVERFLOW, namespace: OVERFLOW, ingress: OVERFLOW, service: OVERFLOW, canary: '' };
    const rest = { status, method, ...names, ...(labels.host !== undefined && { host: OVERFLOW }) };
    return this.#series.get(keyOf(rest)) ?? this.#add(rest);
  }

  #add(labels: RequestLabels): RequestSeries {
    const series = { labels, cells: new Float64Array(this.layout.length) };
    this.#series.set(keyOf(labels), series);
    return series;
  }

  #warn(): void {
    if (this.#warned) return;
    this.#warned = true;
    this.#logger.warn('there are too many series of requests; further ones are counted as overflow', { limit: this.options.seriesLimit });
  }
}

function keyOf(labels: RequestLabels): string {
  return requestLabelNames.map((name) => labels[name]).join('\n');
}
