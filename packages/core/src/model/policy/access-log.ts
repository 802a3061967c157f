import type { Origin } from '../origin.ts';

/** Whether requests leave a line in the access log (annotation `enable-access-log`). */
export interface AccessLogPolicy {
  readonly kind: 'access-log';
  readonly enabled: boolean;
  readonly from: Origin;
}
