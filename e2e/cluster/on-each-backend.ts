import { afterAll, beforeAll, describe, inject } from 'vitest';
import { clusterOf } from './cluster.ts';
import type { ApiServerControl, Cluster } from './cluster.ts';
import { Lab } from './lab.ts';
import type { Lack } from './lack.ts';
import type { Rights } from './shipped-rights.ts';

export interface SuiteNeeds {
  /** The suite stops parts of the cluster: skipped where tests may not. */
  readonly apiServer?: boolean;
  /** What the suite does not find on this machine. */
  readonly lack?: Lack | undefined;
  /** Of the account; those that are shipped by default. */
  readonly rights?: Rights;
  /** No backend has a part in it and it takes minutes: it runs on the first of them alone. */
  readonly once?: boolean;
}

/**
 * Whether what this lane cannot do is done in the same run by another: with CI=true the API server lane always runs, where a skipped test is a
 * failure.
 */
export const leftToAnotherLane = process.env['CI'] === 'true' && (process.env['E2E_CLUSTER'] ?? '') === '';

/** What the tests of a suite get: its lab, from the first hook on. */
export interface SuiteParts {
  readonly lab: () => Lab;
  /** Only for a suite that needs it. */
  readonly apiServer: () => ApiServerControl;
}

/** Why a suite cannot run at all. */
function hindranceOf({ lack, apiServer }: SuiteNeeds, cluster: Cluster): string | undefined {
  if (lack !== undefined) return `${lack.missing}; ${lack.install}`;
  if (apiServer !== true || cluster.apiServer !== undefined) return undefined;
  return `the lane ${cluster.lane} lets nobody stop its API server`;
}

/** Defines a suite once for each backend of the run, each time with a lab of its own. What cannot run is skipped, and its title says why. */
export function onEachBackend(title: string, body: (parts: SuiteParts) => void, needs: SuiteNeeds = {}): void {
  const cluster = clusterOf(inject('cluster'));
  const hindrance = hindranceOf(needs, cluster);
  if (hindrance !== undefined && needs.lack === undefined && leftToAnotherLane) return;
  const backends = inject('backends');
  const able = backends.find(({ missing }) => missing === undefined) ?? backends[0];
  for (const { name, missing = hindrance } of backends.filter((backend) => needs.once !== true || backend === able)) {
    const full = `${title}, ${name}${missing === undefined ? '' : ` (${missing})`}`;
    describe.skipIf(missing !== undefined)(full, () => {
      let lab: Lab;
      beforeAll(async () => {
        lab = await Lab.open(cluster, name, needs.rights);
      });
      afterAll(() => lab?.close());
      body({
        lab: () => lab,
        apiServer: () => {
          if (cluster.apiServer === undefined) throw new Error('this suite has not said that it needs the API server');
          return cluster.apiServer;
        },
      });
    });
  }
}
