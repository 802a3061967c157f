/** What a metric is: docs/metrics.md is generated from tables of these. */
export interface MetricEntry {
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** Labels besides those that every metric of ingress-nginx has. */
  readonly labels: readonly string[];
  readonly help: string;
}

/** A value with its labels. */
export interface Sample {
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
}

/** A metric that a plugin contributes to `/metrics`. */
export interface Measurement {
  /** As Prometheus has it; no other plugin has the same. */
  readonly name: string;
  readonly entry: MetricEntry & { readonly type: 'counter' | 'gauge' };
  /** All values, asked for at each scrape: what is not among them is not there any more. A counter must not get smaller. */
  readonly read: () => readonly Sample[];
}
