import type { Origin } from '../origin.ts';

/** Whether the body of a request is collected before it is sent on (annotation `proxy-request-buffering`). */
export interface RequestBufferingPolicy {
  readonly kind: 'request-buffering';
  readonly enabled: boolean;
  readonly from: Origin;
}
