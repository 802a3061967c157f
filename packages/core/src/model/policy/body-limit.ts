import type { Origin } from '../origin.ts';

/** Requests with a larger body are answered 413 (annotation `proxy-body-size`). */
export interface BodyLimitPolicy {
  readonly kind: 'body-limit';
  /** 0: bodies of any size are taken. */
  readonly bytes: number;
  readonly from: Origin;
}
