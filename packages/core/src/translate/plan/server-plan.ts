import { serverNameOf } from '../../evaluate/server-name.ts';
import type { SnippetStep } from '../../model/policy/snippet.ts';
import type { VirtualHost } from '../../model/virtual-host.ts';
import { planSteps } from './plan-step.ts';
import type { PlanStep } from './plan-step.ts';

/** What a host does before a route is looked for, once the client may ask: runs its snippet, redirects its root. Data as a `RoutePlan`. */
export interface ServerPlan {
  readonly kind: 'server';
  readonly host: string;
  readonly steps: readonly PlanStep[];
  readonly appRoot?: string;
}

/** The plan of a host; undefined where nothing is answered before a route is looked for. */
export function serverPlanOf(host: VirtualHost): ServerPlan | undefined {
  const { snippet, appRoot } = host;
  const steps = snippet !== undefined && answers(snippet.steps) ? planSteps(snippet.steps, { host }) : [];
  if (steps.length === 0 && appRoot === undefined) return undefined;
  return { kind: 'server', host: serverNameOf(host), steps, ...(appRoot && { appRoot: appRoot.path }) };
}

/** Whether steps do more than change header lines, which routes have as a policy. */
function answers(steps: readonly SnippetStep[]): boolean {
  return steps.some(({ kind }) => !kind.endsWith('-header'));
}
