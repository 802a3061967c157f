import { standardBuckets } from '@sluice/core';
import type { RequestMetricsOptions } from '@sluice/core';
import { z } from 'zod';

const bounds = (standard: readonly number[]) =>
  z
    .array(z.number().positive())
    .min(1)
    .refine((given) => given.every((bound, index) => index === 0 || bound > (given[index - 1] ?? 0)), 'they must ascend')
    .default([...standard]);

/** How requests are counted, under `metrics.requests`. */
export const requestOptions = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Count the requests of clients.'),
    perHost: z.boolean().default(true).describe('Tell hosts apart (`--metrics-per-host`).'),
    perUndefinedHost: z
      .boolean()
      .default(false)
      .describe('Count requests for names of no Ingress too, for the host `*` (`--metrics-per-undefined-host`).'),
    statusClasses: z.boolean().default(false).describe('`2xx` instead of `200` (`--report-status-classes`).'),
    exclude: z.array(z.string()).default([]).describe('Names of metrics of requests that are left out (`--exclude-socket-metrics`).'),
    timeBuckets: bounds(standardBuckets.time).describe('Upper bounds in seconds (`--time-buckets`).'),
    lengthBuckets: bounds(standardBuckets.length).describe(
      'Upper bounds of `request_size` and `response_size`, bytes (`--length-buckets`).',
    ),
    sizeBuckets: bounds(standardBuckets.size).describe('Upper bounds of `bytes_sent`, bytes (`--size-buckets`).'),
    seriesLimit: z
      .number()
      .int()
      .min(1)
      .max(100_000)
      .default(2000)
      .describe('Series at most, each some 90 lines of `/metrics`; requests beyond are counted with `overflow` for the names.'),
  })
  .prefault({});

export function requestMetricsOptions(options: z.output<typeof requestOptions>): RequestMetricsOptions {
  const { perHost, perUndefinedHost, statusClasses, timeBuckets: time, lengthBuckets: length, sizeBuckets: size, seriesLimit } = options;
  return { perHost, perUndefinedHost, statusClasses, buckets: { time, length, size }, seriesLimit };
}
