import type { Tracer } from '@opentelemetry/api';

/** How requests get spans of their own, where somebody takes spans at all. */
export interface RequestTracing {
  /** Records whatever is begun with it: the data plane decides which requests are. Undefined until the export has begun and after its end. */
  readonly tracer: Tracer | undefined;
  /** Of the requests that no client and no setting has decided about, from 0 to 1 (`OTEL_TRACES_SAMPLER`). */
  readonly ratio: number;
}
