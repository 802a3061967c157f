import { existsSync } from 'node:fs';
import { programSource } from './control-plane-programs.ts';
import type { LaneName } from './cluster.ts';
import { engineLack } from './k3s.ts';
import { isLack } from './lack.ts';
import type { Lack } from './lack.ts';
import { privateMachineLack } from './private-machine.ts';

/** A lane that can run, or why it cannot. */
export type Lane = { readonly name: LaneName; readonly why: string } | ({ readonly name: LaneName } & Lack);

/** What chooses lanes. */
export interface LaneWish {
  readonly environment: NodeJS.ProcessEnv;
  /** An empty folder. */
  readonly temporary: string;
}

/**
 * The lanes to run, best first, each with its reason; with lacks when what is needed is not there. `E2E_CLUSTER` names one. Otherwise k3s
 * where a Docker engine answers, else the API server lane, which with CI=true always has to run: it alone lets tests stop its parts. A cluster
 * that a kubeconfig happens to name is somebody's: it is used only when it is asked for.
 */
export async function chooseLanes({ environment, temporary }: LaneWish): Promise<readonly Lane[]> {
  const wished = environment['E2E_CLUSTER'] ?? '';
  if (wished === 'existing') return [existingLane(environment)];
  if (wished === 'k3s') return [await k3sLane(environment)];
  if (wished === 'api-server') return [apiServerLane(environment, temporary)];
  if (wished !== '') throw new Error(`E2E_CLUSTER is ${wished}: it can be k3s, api-server or existing`);
  const k3s = await k3sLane(environment);
  const found = isLack(k3s) ? [] : [k3s];
  if (environment['CI'] !== 'true' && found.length > 0) return found;
  return [...found, apiServerLane(environment, temporary)];
}

async function k3sLane(environment: NodeJS.ProcessEnv): Promise<Lane> {
  return { name: 'k3s', ...((await engineLack(environment)) ?? { why: 'a Docker engine answers' }) };
}

function apiServerLane(environment: NodeJS.ProcessEnv, temporary: string): Lane {
  const lack = privateMachineLack(temporary);
  if (lack !== undefined) return { name: 'api-server', ...lack };
  const source = programSource(environment);
  return isLack(source) ? { name: 'api-server', ...source } : { name: 'api-server', why: source.why };
}

function existingLane({ KUBECONFIG: path = '' }: NodeJS.ProcessEnv): Lane {
  if (path !== '' && existsSync(path)) return { name: 'existing', why: `KUBECONFIG is ${path}` };
  return { name: 'existing', missing: 'KUBECONFIG names no file', install: 'set KUBECONFIG to one file of an administrator' };
}
