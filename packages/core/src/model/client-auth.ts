import type { Origin } from './origin.ts';

/** What a host demands of client certificates. */
export type ClientAuth = ClientVerification | ClientAuthUnusable;

export interface ClientVerification {
  readonly kind: 'verify';
  /**
   * `on`: a valid certificate; `optional`: a valid one or none; `optional_no_ca`: one of an unknown authority too; `off`:
   * none is asked for.
   */
  readonly mode: 'on' | 'off' | 'optional' | 'optional_no_ca';
  /** PEM certificates of the authorities. */
  readonly authorities: string;
  /** PEM revocation lists. */
  readonly revocations?: string;
  /** Most certificates between that of the client and that of the authority. */
  readonly depth: number;
  /** Clients without a valid certificate are redirected here instead of 400. */
  readonly errorPage?: string;
  /** The upstream gets the certificate, as `ssl-client-cert`. */
  readonly passCertificate: boolean;
  /** PCRE that the subject must match somewhere. */
  readonly subject?: string;
  readonly from: Origin;
}

/** The authorities cannot be read: every request of the host is answered 403. */
export interface ClientAuthUnusable {
  readonly kind: 'unusable';
  readonly because: string;
  readonly from: Origin;
}
