import type { HaproxyOptions } from '../options.ts';

/** An address that HAProxy listens on. */
export interface BoundAddress {
  /** IPv4 or IPv6 address; empty for all of both. */
  readonly host: string;
  readonly port: number;
}

/** What is the same for all hosts of a deployment. */
export interface Deployment {
  /** Of HAProxy: `2.6.12`. */
  readonly version: string;
  readonly http: readonly BoundAddress[];
  readonly https: readonly BoundAddress[];
  /** There is an IPv6 stack. */
  readonly ipv6: boolean;
  /** The user and group of workers; absent where the controller has no rights to give up. */
  readonly user?: { readonly name: string; readonly group: string };
  /** Files that a process may have open (`RLIMIT_NOFILE`); absent where nobody knows. */
  readonly mostFiles?: number;
  readonly settings: HaproxyOptions;
  /** Requests are written down, for the access log or to be counted. */
  readonly logsRequests: boolean;
}

/** Where redirects with a port lead. */
export function httpsPortOf({ https }: Deployment): number {
  return https[0]?.port ?? 443;
}
