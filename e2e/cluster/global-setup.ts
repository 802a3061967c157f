import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import type { ClusterDescription } from './cluster.ts';
import { ControlPlane } from './control-plane.ts';
import { startK3s } from './k3s.ts';
import { planOf } from './run-plan.ts';
import type { RunPlan } from './run-plan.ts';

declare module 'vitest' {
  interface ProvidedContext {
    cluster: ClusterDescription;
    backends: RunPlan['backends'];
  }
}

interface Started {
  readonly description: ClusterDescription;
  stop(): Promise<void>;
}

/** One cluster for all suites: they come one after the other, each with namespaces and a class of its own. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const plan = planOf(process.env);
  const folder = mkdtempSync(join(tmpdir(), 'sluice-cluster-'));
  const from = performance.now();
  const { description, stop } = await startCluster(plan, folder);
  process.stderr.write(`The cluster (${plan.lane}) is up after ${((performance.now() - from) / 1000).toFixed(1)} s.\n`);
  project.provide('cluster', description);
  project.provide('backends', plan.backends);
  return async () => {
    await stop();
    rmSync(folder, { recursive: true, force: true });
  };
}

async function startCluster({ lane, programs = '' }: RunPlan, folder: string): Promise<Started> {
  if (lane === 'existing') return { description: { lane, kubeconfig: process.env['KUBECONFIG'] ?? '' }, stop: () => Promise.resolve() };
  if (lane === 'k3s') {
    const kubeconfig = join(folder, 'k3s.kubeconfig');
    const container = await startK3s(kubeconfig, process.env);
    return { description: { lane, kubeconfig }, stop: () => container.stop() };
  }
  const plane = new ControlPlane(folder, programs);
  try {
    await plane.boot();
  } catch (error) {
    await plane.stop();
    throw error;
  }
  return { description: { lane, kubeconfig: plane.kubeconfig, controlPlane: { folder, programs } }, stop: () => plane.stop() };
}
