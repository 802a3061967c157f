import type { KeyMaterial } from '../key-material.ts';
import type { Origin } from '../origin.ts';

/** Only users with a password may use the route (RFC 7617); the upstream does not see their credentials. */
export interface BasicAuthPolicy {
  readonly kind: 'basic-auth';
  readonly realm: string;
  /** Lines `user:hash` as in an htpasswd file. */
  readonly users: KeyMaterial;
  /** `namespace/name` of the Secret that they are from. */
  readonly secret: string;
  readonly from: Origin;
}
