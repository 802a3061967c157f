import { Counter, Gauge, Histogram } from 'prom-client';
import type { Measurement, MetricEntry, Sample } from '@sluice/core';
import type { Registry } from 'prom-client';
import { ingressNginxMetrics, sluiceMetrics } from './metric-table.ts';
import type { IngressNginxMetric, SluiceMetric } from './metric-table.ts';

type Name = IngressNginxMetric | SluiceMetric;

/** Adds the families of the table to a registry. What is only known when somebody asks is read then. */
export class Families {
  readonly #registry: Registry;
  /** Values of the labels that every metric of the controller has. */
  readonly #common: Readonly<Record<string, string>>;

  constructor(registry: Registry, common: Readonly<Record<string, string>>) {
    this.#registry = registry;
    this.#common = common;
  }

  /** A gauge, or a counter that somebody else counts, of which all values are read at each scrape. */
  read(name: Name, read: () => readonly Sample[]): void {
    this.add({ name, entry: entryOf(name) as Measurement['entry'], read });
  }

  /** As `read`, of a metric that is not in the table. */
  add({ name, entry: { type, labels, help }, read }: Measurement): void {
    const common = this.#commonOf(name);
    const options = { name, help, labelNames: [...Object.keys(common), ...labels], registers: [this.#registry] };
    const samples = (): readonly Sample[] => read().map(({ value, labels: own = {} }) => ({ value, labels: { ...common, ...own } }));
    if (type === 'counter') {
      const counter: Counter = new Counter({
        ...options,
        collect: () => fill(counter, samples(), (labelled, value) => counter.inc(labelled, value)),
      });
    } else {
      const gauge: Gauge = new Gauge({
        ...options,
        collect: () => fill(gauge, samples(), (labelled, value) => gauge.set(labelled, value)),
      });
    }
  }

  counter(name: Name): (labels?: Readonly<Record<string, string>>) => void {
    const common = this.#commonOf(name);
    const { labels, help } = entryOf(name);
    const counter = new Counter({ name, help, labelNames: [...Object.keys(common), ...labels], registers: [this.#registry] });
    if (labels.length === 0) counter.inc(common, 0);
    return (values = {}) => counter.inc({ ...common, ...values });
  }

  histogram(name: Name, buckets: readonly number[]): (value: number) => void {
    const histogram = new Histogram({ name, help: entryOf(name).help, buckets: [...buckets], registers: [this.#registry] });
    return (value) => histogram.observe(value);
  }

  #commonOf(name: string): Readonly<Record<string, string>> {
    return name.startsWith('nginx_') && !name.includes('_ssl_') ? this.#common : {};
  }
}

type Labels = Readonly<Record<string, string>>;

function fill(metric: Counter | Gauge, samples: readonly Sample[], put: (labels: Labels, value: number) => void): void {
  metric.reset();
  for (const { value, labels = {} } of samples) put(labels, value);
}

function entryOf(name: Name): MetricEntry {
  return { ...ingressNginxMetrics, ...sluiceMetrics }[name];
}
