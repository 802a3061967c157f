import { requestLabelNames } from '@sluice/core';
import type { RequestHistogram, RequestMetrics, RequestSeries } from '@sluice/core';
import { requestMetricsTable } from './metric-table.ts';
import type { RequestMetric } from './metric-table.ts';

const PREFIX = 'nginx_ingress_controller_';

/**
 * Writes what was counted of requests in the Prometheus text format. The library would make an object of every bucket of every series first, which
 * with thousands of series holds up the data plane that runs in this process.
 */
export class RequestFamilies {
  readonly #metrics: RequestMetrics;
  readonly #common: string;
  readonly #excluded: ReadonlySet<string>;
  readonly #labels = new WeakMap<RequestSeries, string>();

  /** `common`: labels of every series. `excluded`: names of families that are left out, with the prefix or without. */
  constructor(metrics: RequestMetrics, common: Readonly<Record<string, string>>, excluded: readonly string[]) {
    this.#metrics = metrics;
    this.#common = Object.entries(common)
      .map(([name, value]) => `${name}="${escaped(value)}"`)
      .join(',');
    this.#excluded = new Set(excluded.map((name) => (name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name)));
  }

  async text(): Promise<string> {
    const series = [...(await this.#metrics.collect())];
    const parts = this.#excluded.has('requests') ? [] : [this.#requests(series)];
    for (const histogram of this.#metrics.layout.histograms)
      if (!this.#excluded.has(histogram.name)) parts.push(this.#histogram(histogram, series));
    return parts.join('');
  }

  #requests(series: readonly RequestSeries[]): string {
    const name = `${PREFIX}requests` as const;
    let text = headOf(name);
    for (const one of series) text += `${name}{${this.#labelsOf(one)}} ${one.cells[0] ?? 0}\n`;
    return text;
  }

  #histogram({ name: short, bounds, sumAt, bucketsAt }: RequestHistogram, series: readonly RequestSeries[]): string {
    const name = `${PREFIX}${short}` as const;
    let text = headOf(name);
    for (const one of series) {
      const labels = this.#labelsOf(one);
      let count = 0;
      for (const [index, bound] of [...bounds, '+Inf'].entries()) {
        count += one.cells[bucketsAt + index] ?? 0;
        text += `${name}_bucket{${labels},le="${bound}"} ${count}\n`;
      }
      text += `${name}_sum{${labels}} ${one.cells[sumAt] ?? 0}\n${name}_count{${labels}} ${count}\n`;
    }
    return text;
  }

  #labelsOf(series: RequestSeries): string {
    let text = this.#labels.get(series);
    if (text === undefined) {
      const own = requestLabelNames.flatMap((name) => {
        const value = series.labels[name];
        return value === undefined ? [] : `${name}="${escaped(value)}"`;
      });
      this.#labels.set(series, (text = [this.#common, ...own].join(',')));
    }
    return text;
  }
}

function headOf(name: RequestMetric): string {
  const { type, help } = requestMetricsTable[name];
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
}

/** Values of labels (Prometheus text format): what users write may hold anything. */
function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}
