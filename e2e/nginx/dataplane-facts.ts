import type { RunningSluice } from '../running-sluice.ts';

/** What the nginx backend tells of itself under `dataplane` of `/api/status`. */
export interface NginxFacts {
  readonly reloads: number;
  readonly livePushes: number;
  readonly restarts: number;
  readonly pid: number;
  readonly generation: string;
  readonly draining: { readonly generations: number; readonly workers: number; readonly connections: number };
}

interface Status {
  readonly dataplane: { readonly healthy: boolean; readonly facts: NginxFacts };
}

export async function factsOf(sluice: RunningSluice): Promise<NginxFacts> {
  return (await sluice.json<Status>('/api/status')).dataplane.facts;
}
