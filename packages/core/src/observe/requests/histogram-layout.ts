/** What is measured of a finished request; -1 for what it does not have, such as a time to connect where nobody was asked. */
export interface RequestMeasures {
  /** From the first byte of the request to the end of the answer. */
  readonly durationMs: number;
  /** From the beginning of the last try to the end of its answer (nginx `$upstream_response_time`). */
  readonly responseMs: number;
  /** From the beginning of the last try to the head of its answer (nginx `$upstream_header_time`). */
  readonly headerMs: number;
  /** Until the endpoint took the connection (nginx `$upstream_connect_time`). */
  readonly connectMs: number;
  readonly requestBytes: number;
  /** Bytes sent to the client, head included. */
  readonly sentBytes: number;
}

/** Upper bounds of buckets, ascending: seconds, and bytes. */
export interface RequestBuckets {
  readonly time: readonly number[];
  readonly length: readonly number[];
  readonly size: readonly number[];
}

/** Those of ingress-nginx (`--time-buckets`, `--length-buckets`, `--size-buckets`). */
export const standardBuckets: RequestBuckets = {
  time: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  length: [10, 20, 30, 40, 50, 60, 70, 80, 90, 100],
  size: [10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000],
};

/** What a histogram is of, which buckets it has, and what its unit is in terms of the measure. */
const HISTOGRAMS = [
  ['request_duration_seconds', 'durationMs', 'time', 0.001],
  ['response_duration_seconds', 'responseMs', 'time', 0.001],
  ['header_duration_seconds', 'headerMs', 'time', 0.001],
  ['connect_duration_seconds', 'connectMs', 'time', 0.001],
  ['request_size', 'requestBytes', 'length', 1],
  ['response_size', 'sentBytes', 'length', 1],
  ['bytes_sent', 'sentBytes', 'size', 1],
] as const;

export type RequestHistogramName = (typeof HISTOGRAMS)[number][0];

/** Where a histogram is in the cells of a series: `sum`, then a count for each bucket, the last for what is larger than all bounds. */
export interface RequestHistogram {
  readonly name: RequestHistogramName;
  readonly measure: keyof RequestMeasures;
  readonly unit: number;
  readonly bounds: readonly number[];
  readonly sumAt: number;
  readonly bucketsAt: number;
}

/** Where what is in the cells of a series: the number of requests first, then the histograms. */
export class HistogramLayout {
  readonly histograms: readonly RequestHistogram[];
  readonly length: number;

  constructor(buckets: RequestBuckets) {
    let at = 1;
    this.histograms = HISTOGRAMS.map(([name, measure, kind, unit]) => {
      const bounds = buckets[kind];
      const histogram = { name, measure, unit, bounds, sumAt: at, bucketsAt: at + 1 };
      at += bounds.length + 2;
      return histogram;
    });
    this.length = at;
  }

  /** Counts a request. Allocates nothing. */
  observe(cells: Float64Array, measures: RequestMeasures): void {
    cells[0] = (cells[0] ?? 0) + 1;
    for (const { measure, unit, bounds, sumAt, bucketsAt } of this.histograms) {
      const value = measures[measure] * unit;
      if (value < 0) continue;
      cells[sumAt] = (cells[sumAt] ?? 0) + value;
      let bucket = 0;
      while (bucket < bounds.length && value > (bounds[bucket] ?? Infinity)) bucket++;
      const at = bucketsAt + bucket;
      cells[at] = (cells[at] ?? 0) + 1;
    }
  }
}
