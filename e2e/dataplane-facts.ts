import type { RunningSluice } from './running-sluice.ts';

/** What every proxy's backend tells of itself under `dataplane` of `/api/status`. */
interface ProxyFacts {
  readonly reloads: number;
  readonly restarts: number;
  readonly pid: number;
  readonly generation: string;
}

export interface NginxFacts extends ProxyFacts {
  readonly livePushes: number;
  readonly draining: { readonly generations: number; readonly workers: number; readonly connections: number };
}

export interface HaproxyFacts extends ProxyFacts {
  readonly runtimeUpdates: number;
  readonly lastReload?: { readonly reasons: readonly string[] };
  /** Absent while nobody knows what HAProxy was told. */
  readonly spareBackends?: number;
  readonly leavingServers: number;
  readonly draining: { readonly workers: number; readonly connections: number };
}

interface Status<F> {
  readonly dataplane: { readonly healthy: boolean; readonly facts: F };
}

export async function factsOf<F extends ProxyFacts = NginxFacts>(sluice: RunningSluice): Promise<F> {
  return (await sluice.json<Status<F>>('/api/status')).dataplane.facts;
}
