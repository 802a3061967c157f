import type { Origin } from '../origin.ts';

/** Requests of this route that are new to a sticky upstream get its cookie; elsewhere it is only read. */
export interface SessionCookiePolicy {
  readonly kind: 'session-cookie';
  /** Path of the Ingress: the cookie's own unless the upstream names another. */
  readonly path: string;
  readonly from: Origin;
}
