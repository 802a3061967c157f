import type { Certificate, RequestBuckets, ServingSettings, Upstream } from '@sluice/core';
import type { NginxOptions } from '../options.ts';
import type { Capabilities } from './capabilities.ts';
import type { Resources } from './resources.ts';

/** An address that nginx listens on. */
export interface NginxAddress {
  /** IPv4 or IPv6 address; empty for all of both. */
  readonly host: string;
  readonly port: number;
}

/** What is the same for all hosts of a deployment. */
export interface Deployment {
  readonly capabilities: Capabilities;
  readonly http: readonly NginxAddress[];
  readonly https: readonly NginxAddress[];
  /** Servers that resolve names, where nginx has to do it itself. */
  readonly resolvers: readonly string[];
  /** There is an IPv6 stack. */
  readonly ipv6: boolean;
  /** The user and group of workers; absent where the controller has no rights to give up. */
  readonly user?: string;
  readonly settings: NginxSettings;
  /** The buckets in which requests are counted; absent where they are not. */
  readonly counted?: RequestBuckets;
}

/** The options that the configuration file of nginx shows; `workers` is a number by now. */
export type NginxSettings = Pick<NginxOptions, 'accessLog' | 'sharedMemory' | 'workerConnections' | 'workerShutdownTimeoutMs'> & {
  readonly workers: number;
  readonly keepAlive: NginxOptions['keepAlive'] & { readonly upstreamLifeMs?: number };
};

/** What translating one host looks at and adds to. */
export interface Surroundings {
  readonly deployment: Deployment;
  /** What holds for every request. */
  readonly settings: ServingSettings;
  readonly resources: Resources;
  /** Of the model, where it has to be known at the time of translation: without Lua. */
  upstream(this: void, id: string): Upstream | undefined;
  certificate(this: void, id: string): Certificate | undefined;
  /** Whether a host has this `server_name` by a rule. */
  isHostName(this: void, name: string): boolean;
}

/** Whether workers get endpoints and certificates without a reload. */
export function isLive({ capabilities }: Deployment): boolean {
  return capabilities.lua.found;
}

/** Where redirects with a port lead. */
export function httpsPortOf({ https }: Deployment): number {
  return https[0]?.port ?? 443;
}
