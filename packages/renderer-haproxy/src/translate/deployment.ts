import type { Processes, ServingSettings } from '@sluice/core';
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
  /** One connection is accepted at a time. */
  readonly acceptsOne?: boolean;
}

/** Where redirects with a port lead. */
export function httpsPortOf({ https }: Deployment): number {
  return https[0]?.port ?? 443;
}

const MOST_THREADS = 64;
const known = new WeakMap<Deployment, WeakMap<Processes, Deployment>>();

/** A deployment as settings of the ConfigMap make it: they go before the options of the backend. The same object for the same settings. */
export function effectiveDeployment(deployment: Deployment, { processes }: ServingSettings): Deployment {
  let ofDeployment = known.get(deployment);
  if (ofDeployment === undefined) known.set(deployment, (ofDeployment = new WeakMap()));
  let effective = ofDeployment.get(processes);
  if (effective === undefined) ofDeployment.set(processes, (effective = withProcesses(deployment, processes)));
  return effective;
}

function withProcesses(deployment: Deployment, { workers, connections, shutdownMs, multiAccept, ipv6 }: Processes): Deployment {
  const { settings } = deployment;
  return {
    ...deployment,
    ipv6: deployment.ipv6 && ipv6,
    acceptsOne: !multiAccept,
    settings: {
      ...settings,
      threads: workers === undefined ? settings.threads : Math.min(workers, MOST_THREADS),
      maxConnections: connections ?? settings.maxConnections,
      hardStopAfterMs: shutdownMs ?? settings.hardStopAfterMs,
    },
  };
}
