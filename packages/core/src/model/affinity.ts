import type { Origin } from './origin.ts';

/** Keeps a client on one endpoint with a cookie; goes before `Balancing`. */
export interface CookieAffinity {
  /** `balanced`: some clients move when endpoints come or go. `persistent`: a client stays as long as its endpoint is there. */
  readonly mode: 'balanced' | 'persistent';
  readonly cookie: AffinityCookie;
  /** After a failed try another endpoint is taken and the client gets a new cookie. */
  readonly changeOnFailure: boolean;
  readonly from: Origin;
}

/** What the client is told about the cookie; texts are written as they are. */
export interface AffinityCookie {
  readonly name: string;
  /** Where it differs from the path of the Ingress. */
  readonly path?: string;
  readonly expiresSeconds?: number;
  readonly maxAgeSeconds?: number;
  readonly domain?: string;
  readonly sameSite?: 'None' | 'Lax' | 'Strict';
  /** `SameSite=None` is left out for browsers that take it for `Strict`. */
  readonly conditionalSameSiteNone: boolean;
  /** Secure over plain HTTP too. */
  readonly secure: boolean;
}
