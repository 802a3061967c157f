import type { Origin } from '../origin.ts';

/** Cross-origin requests are allowed (annotation `enable-cors`): preflights are answered, answers get headers. */
export interface CorsPolicy {
  readonly kind: 'cors';
  /**
   * `any`, or origins as browsers send them (`https://shop.example.com:8443`, `null`), compared without regard to case; the
   * first `*` of one stands for one label. With none nobody is allowed.
   */
  readonly origins: 'any' | readonly string[];
  readonly credentials: boolean;
  /** Values of headers, as written. */
  readonly methods: string;
  readonly headers: string;
  readonly expose?: string;
  readonly maxAgeSeconds: number;
  readonly from: Origin;
}
