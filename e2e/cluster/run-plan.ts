import type { LaneName } from './cluster.ts';

/** A backend that the suites run on, or why they cannot. */
export interface BackendChoice {
  readonly name: string;
  readonly missing?: string;
}

/** What a run of the suites is told by whoever starts it: JSON in the environment. */
export interface RunPlan {
  readonly lane: LaneName;
  /** Folder of the programs; only for the lane api-server. */
  readonly programs?: string;
  readonly backends: readonly BackendChoice[];
}

const VARIABLE = 'E2E_CLUSTER_PLAN';

export function planInEnvironment(plan: RunPlan): Readonly<Record<string, string>> {
  return { [VARIABLE]: JSON.stringify(plan) };
}

/** Throws where nobody has made a plan: the suites need a cluster. */
export function planOf(environment: NodeJS.ProcessEnv): RunPlan {
  const text = environment[VARIABLE];
  if (text === undefined) throw new Error('the cluster suites are run by `npm run e2e`, which brings the cluster');
  return JSON.parse(text) as RunPlan;
}
